"""From directive to deed: what carries a document out, which budget figures the press names, what the crawl missed.

Open with ``marimo edit docs/notebooks/directives.py``; run as it is with ``python docs/notebooks/directives.py``.
"""

import marimo

app = marimo.App(width="medium")


@app.cell
def _():
    import os
    from pathlib import Path

    import duckdb
    import marimo as mo

    home = Path(os.environ.get("TINTINH_HOME", ".tintinh"))
    latest = Path(os.environ.get("TINTINH_WAREHOUSE", home / "warehouse")) / "latest"
    con = duckdb.connect()
    con.execute((latest / "views.sql").read_text(encoding="utf-8"))
    mo.md(f"# From directive to deed\n\nRead from `{latest}`, a complete export of one snapshot.")
    return con, mo


@app.cell
def _(con, mo):
    cited = con.sql(
        """
        SELECT cited.number, any_value(cited.doc_type) AS doc_type, count(DISTINCT cited.id) FILTER (kind = 'document') AS documents,
            count(DISTINCT cited.id) FILTER (kind = 'article') AS articles, count(DISTINCT cited.portal) AS portals
        FROM article_citations AS cited GROUP BY number ORDER BY documents + articles DESC, number
        """
    ).df()
    root = cited[cited.documents > 0].number.iloc[0]
    mo.vstack([mo.md(f"## Documents by how often they are named\n\nThe chain below starts from **{root}**."), mo.ui.table(cited)])
    return cited, root


@app.cell
def _(con, mo, root):
    chain = con.execute(
        """
        WITH RECURSIVE chain(number, cites, depth) AS (
            SELECT ?::VARCHAR, NULL::VARCHAR, 0
            UNION
            SELECT documents.number, cited.number, chain.depth + 1
            FROM chain
            JOIN article_citations AS cited ON cited.number = chain.number AND cited.kind = 'document'
            JOIN documents ON documents.document_id = cited.id
            WHERE documents.number <> cited.number AND chain.depth < 10
        )
        SELECT chain.depth, chain.number, chain.cites, documents.issued_date, documents.issuer, documents.subject,
            (SELECT count(DISTINCT id) FROM article_citations AS told WHERE told.number = chain.number AND told.kind = 'article')
                AS told_in_articles
        FROM chain LEFT JOIN documents ON documents.number = chain.number ORDER BY depth, issued_date, chain.number
        """,
        [root],
    ).df()
    mo.vstack(
        [
            mo.md(f"## What carries out {root}\n\nWho cites it, who cites those, and how often the press told of each."),
            mo.ui.table(chain, selection=None),
        ]
    )
    return (chain,)


@app.cell
def _(con, mo):
    money = con.sql(
        """
        SELECT articles.published_date AS day, articles.province, amounts.raw, amounts.comparison,
            round(amounts.normal_value / 1e9, 2) AS billion_dong,
            trim(substring(articles.text, greatest(amounts.start - 70, 1), amounts."end" - amounts.start + 140)) AS said,
            articles.title
        FROM article_quantities AS amounts JOIN articles ON articles.article_id = amounts.id
        WHERE amounts.normal_unit = 'VND' AND amounts.kind = 'article'
            AND regexp_matches(substring(articles.text, greatest(amounts.start - 120, 1), 240),
                '(?i)ngân sách|vốn|kinh phí|giải ngân|đầu tư|thu |chi ')
        ORDER BY amounts.normal_value DESC
        """
    ).df()
    mo.vstack(
        [
            mo.md("## Budget figures said in the press\n\nSums near a word of budget, with the words around them."),
            mo.ui.table(money, selection=None),
        ]
    )
    return (money,)


@app.cell
def _(con, mo):
    silence = con.sql(
        """
        SELECT portal, count(*) FILTER (state = 'ok') AS ok, count(*) FILTER (state = 'empty_expected') AS empty_expected,
            count(*) FILTER (state IN ('late', 'blocked', 'broken', 'not_run')) AS not_to_be_counted,
            any_value(reason) FILTER (reason IS NOT NULL) AS for_example
        FROM coverage GROUP BY portal ORDER BY not_to_be_counted DESC, portal
        """
    ).df()
    mo.vstack([mo.md("## Which days may be counted"), mo.ui.table(silence, selection=None)])
    return (silence,)


if __name__ == "__main__":
    app.run()
