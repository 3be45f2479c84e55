"""``python -m transforms.tagging FILE``: a text with its tags in the terminal, or with ``--html`` as a page."""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from transforms.tagging import Context, Tags, tag
from transforms.tagging.page import page

STYLES = {
    "PER": "bold white on dark_magenta",
    "ROLE": "black on light_pink3",
    "ORG": "white on dark_blue",
    "LOC": "black on dark_sea_green2",
    "DOC": "black on gold3",
    "DATE": "black on light_cyan3",
    "QTY": "black on wheat1",
}


def highlighted(text: str, tags: Tags) -> Text:
    """The text with every mention in the colour of its type."""
    shown = Text(text)
    for mention in tags.mentions:
        shown.stylize(STYLES[mention.type], mention.start, mention.end)
    return shown


def details(tags: Tags) -> Table:
    """One row a mention: type, text, what it resolves to, and the rule that found it."""
    table = Table("type", "text", "norm", "office / code", "rule", title=f"version {tags.version}")
    for mention in tags.mentions:
        known = mention.role or mention.code or " ".join(mention.candidates or ())
        values = (mention.text, mention.norm or "", known, mention.rule)
        table.add_row(Text(mention.type, STYLES[mention.type]), *map(Text, values))
    return table


def _legend(tags: Tags) -> Text:
    topics = ", ".join(f"{topic.topic} {topic.score:g} ({', '.join(topic.terms[:4])})" for topic in tags.topics)
    legend = Text(f"topics: {topics or 'none'}\n")
    for name, style in STYLES.items():
        legend.append(f" {name} ", style).append(" ")
    return legend


def main() -> None:
    """Tags one UTF-8 file and prints it."""
    parser = argparse.ArgumentParser(prog="python -m transforms.tagging", description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--province", help="slug of the portal's province (tuyen_quang)")
    parser.add_argument("--published", type=date.fromisoformat, help="local day of publication, YYYY-MM-DD")
    parser.add_argument("--title", help="title of the text")
    parser.add_argument("--portal", help="id of the portal that published the text")
    parser.add_argument("--html", action="store_true", help="print a page for the browser instead")
    parser.add_argument("--details", action="store_true", help="list every mention below the text")
    args = parser.parse_args()
    text = args.file.read_text(encoding="utf-8")
    tags = tag(text, Context(args.portal, args.province, args.published, args.title))
    if args.html:
        print(page(text, tags, args.title))
        return
    console = Console()
    console.print(_legend(tags), highlighted(text, tags), sep="\n")
    if args.details:
        console.print(details(tags))


if __name__ == "__main__":
    main()
