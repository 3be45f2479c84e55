"""``python -m transforms.documents FILE``: what a document says of itself, its sections and who is to do what."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from transforms.documents.filetext import FileText
from transforms.documents.layout import fields_of
from transforms.documents.sandbox import FileSandbox
from transforms.documents.structure import Part, Structure, read_structure

_LONGEST = 90  # characters of a title in the tree


def head_table(structure: Structure, text: str) -> Table:
    """Fields of head and tail, one a row; what the text does not show is left out."""
    fields, head, tail = fields_of(structure, text), structure.head, structure.tail
    told: dict[str, str | None] = {
        "number": fields.number or fields.number_raw,
        "type": fields.doc_type,
        "superior": _told(head.superior),
        "issuer": fields.issuer,
        "place and date": ", ".join(filter(None, (_told(head.place), str(head.issued_date or "")))),
        "in effect": str(fields.effective_date or ""),
        "subject": fields.subject,
        "to": _listed(head.addressees),
        "rests on": "\n".join(part.text for part in head.bases),
        "signed": " ".join(filter(None, (tail.signer.capacity, _told(tail.signer.signed_for)))),
        "signer": ", ".join(filter(None, (_told(tail.signer.office), _told(tail.signer.name)))),
        "recipients": _listed(tail.recipients),
        "copies": _listed(tail.copies),
        "flags": ", ".join(fields.flags),
    }
    table = Table(show_header=False)
    for name, value in told.items():
        if value:
            table.add_row(name, Text(value))
    return table


def outline(structure: Structure) -> Tree:
    """The sections as a tree with their paths."""
    tree = Tree(f"{len(structure.sections)} sections")
    branches: dict[str | None, Tree] = {}
    for section in structure.sections:
        title = section.title if len(section.title) <= _LONGEST else f"{section.title[:_LONGEST]}…"
        above = branches.get(section.parent, tree)
        branches[section.path] = above.add(Text.assemble((section.path, "bold"), f"  {title}"))
    return tree


def assignments(structure: Structure) -> Table:
    """Who is charged where, with how many tasks, and by when."""
    table = Table("section", "agency", "tasks", "first task", "due", title=f"{len(structure.assignments)} assignments")
    for given in structure.assignments:
        due = next((task.deadline_raw for task in given.tasks if task.deadline_raw), "")
        first = given.tasks[0].text[:_LONGEST]
        table.add_row(given.section, Text(given.agency), str(len(given.tasks)), Text(first), due)
    return table


def _told(part: Part | None) -> str | None:
    return part.text if part else None


def _listed(parts: tuple[Part, ...]) -> str:
    return "; ".join(part.text for part in parts)


def _show(console: Console, file: FileText) -> None:
    structure = read_structure(file.text)
    pages = f", {file.page_count} pages" if file.page_count else ""
    console.print(f"{file.kind}{pages}: {file.outcome.value}" + (f" ({file.reason})" if file.reason else ""))
    for piece in (head_table(structure, file.text), outline(structure), assignments(structure)):
        console.print(piece)


def main(arguments: list[str] | None = None) -> int:
    """Read one file of any kind and print its structure; 1 where it holds no text."""
    parser = argparse.ArgumentParser(prog="python -m transforms.documents", description=__doc__)
    parser.add_argument("file", type=Path, help="PDF, scan, Word, RTF, workbook, web page or plain text")
    parser.add_argument("--json", action="store_true", help="print everything with offsets as JSON")
    asked = parser.parse_args(arguments)
    with FileSandbox() as sandbox:
        file = sandbox.read(asked.file.read_bytes())
    if asked.json:
        print(json.dumps(asdict(read_structure(file.text)), ensure_ascii=False, default=str, indent=1))
    else:
        _show(Console(), file)
    return 0 if file.text else 1


if __name__ == "__main__":
    sys.exit(main())
