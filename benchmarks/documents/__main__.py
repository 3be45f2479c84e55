"""Documents: ``python -m benchmarks.documents [--quick] [--no-peers] [--gold scans_gold.jsonl]``.

Text: our own documents in every form of file, and real signed scans where TINTINH_DATA is there, beside peers.
Structure: a real plan in every form of file, fields of real scans, and the numbers of a portal's list.
Scans need tesseract with its Vietnamese model; what cannot be measured is named and left out.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.common import finish
from benchmarks.documents import structure, text


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print the tables and the JSON line, judge by the floors."""
    parser = argparse.ArgumentParser(description="Measure what documents become.")
    parser.add_argument("--quick", action="store_true", help="few documents: a minute")
    parser.add_argument("--no-peers", action="store_true", help="only our own reading")
    parser.add_argument(
        "--gold", type=Path, help="scans_gold.jsonl, its files beside it; default: that of TINTINH_DATA"
    )
    asked = parser.parse_args(arguments)
    return finish("documents", text.measure(asked) | structure.measure(asked))


if __name__ == "__main__":
    sys.exit(main())
