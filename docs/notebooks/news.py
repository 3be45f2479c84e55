"""What the provinces' news say: topics by province and month, who met whom, who copies whom, search without accents.

Open with ``marimo edit docs/notebooks/news.py``; run as it is with ``python docs/notebooks/news.py``.
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
    mo.md(f"# News of the provinces\n\nRead from `{latest}`, a complete export of one snapshot.")
    return con, mo


@app.cell
def _(con, mo):
    topic = "digital_transformation"
    by_month = con.sql(
        f"""
        WITH news AS (
            SELECT articles.province, articles.month, count(*) AS articles,
                count(*) FILTER (article_id IN (SELECT id FROM article_topics WHERE topic = '{topic}')) AS on_topic
            FROM articles GROUP BY ALL
        )
        SELECT *, round(100 * on_topic / articles, 1) AS percent, bar(on_topic, 0, max(on_topic) OVER (), 24) AS shown
        FROM news ORDER BY province, month
        """
    ).df()
    mo.vstack([mo.md(f"## News on {topic}, by province and month"), mo.ui.table(by_month, selection=None)])
    return (by_month,)


@app.cell
def _(con, mo):
    meetings = con.sql(
        r"""
        WITH people AS (
            SELECT id, start, "end", norm, role FROM article_mentions
            WHERE type = 'PER' AND kind = 'article' AND credit IS DISTINCT FROM true
        ), pairs AS (
            SELECT articles.published_date AS day, one.norm AS who, one.role AS office, other.norm AS whom,
                other.role AS their_office, articles.title,
                substring(articles.text, one."end" + 1, other.start - one."end") AS words_between
            FROM people AS one
            JOIN people AS other ON one.id = other.id AND one."end" < other.start AND one.norm <> other.norm
            JOIN articles ON articles.article_id = one.id
        )
        SELECT day, who, any_value(office) AS office, whom, any_value(their_office) AS their_office,
            bool_or(NOT regexp_matches(words_between, '[.!?]\s|\n')) AS in_one_sentence,
            any_value(nullif(regexp_extract(words_between, 'tiếp|gặp|làm việc với|thăm|hội đàm|đối thoại|trao|tặng'), ''))
                AS word_of_meeting,
            any_value(title) AS title
        FROM pairs GROUP BY day, who, whom
        ORDER BY in_one_sentence DESC, word_of_meeting IS NULL, day DESC, who, whom
        """
    ).df()
    mo.vstack(
        [
            mo.md(
                "## Who met whom\n\nPeople of one article, those in one sentence and with a word of meeting between them first. "
                "The office is the one that the text gives; read the article before you quote it."
            ),
            mo.ui.table(meetings, selection=None),
        ]
    )
    return (meetings,)


@app.cell
def _(con, mo):
    copies = con.sql(
        """
        SELECT first.title AS first_title, twice.first_portal, later.title AS later_title, twice.portal, twice.lag_hours,
            twice.shared, twice.exact
        FROM article_duplicates AS twice
        JOIN articles AS first ON first.article_id = twice.cluster_id
        JOIN articles AS later ON later.article_id = twice.article_id
        WHERE twice.position > 1 ORDER BY twice.lag_hours
        """
    ).df()
    mo.vstack([mo.md("## Who took over whose text, and how much later"), mo.ui.table(copies, selection=None)])
    return (copies,)


@app.cell
def _(con, mo):
    asked = "chuyen doi so"
    found = con.sql(f"SELECT portal, published_date, title FROM search('{asked}') ORDER BY published_date DESC").df()
    mo.vstack([mo.md(f"## Search without accents: *{asked}*"), mo.ui.table(found, selection=None)])
    return (found,)


if __name__ == "__main__":
    app.run()
