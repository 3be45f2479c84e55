"""underthesea's entities of a list of texts; in the peers' environment: ``python run_underthesea.py TASK ANSWER``.

The answer holds the CPU seconds of the texts alone, after one that loads the model, and spans by characters where the
words of an entity stand in the text one after the other.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from underthesea import ner  # type: ignore[import-not-found]

KINDS = {"PER": "PER", "ORG": "ORG", "LOC": "LOC"}


def main() -> None:
    """Tag every text, then write what was found and what it cost."""
    texts = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    ner("Hà Nội là thủ đô.")
    begin = time.process_time()
    tagged = [ner(text) for text in texts]
    seconds = time.process_time() - begin
    found = [spans(text, words) for text, words in zip(texts, tagged, strict=True)]
    Path(sys.argv[2]).write_text(json.dumps({"seconds": seconds, "spans": found}), encoding="utf-8")


def spans(text: str, words: list[tuple[str, str, str, str]]) -> list[tuple[str, int, int]]:
    """(type, start, end) of each entity of BIO-tagged words; a word that is not found again closes its entity."""
    found: list[tuple[str, int, int]] = []
    at = 0
    for word, _, _, label in words:
        start = text.find(word, at)
        if start < 0:
            continue
        at = start + len(word)
        kind = KINDS.get(label[2:])
        if kind and label.startswith("I-") and found and found[-1][0] == kind:
            found[-1] = (kind, found[-1][1], at)
        elif kind:
            found.append((kind, start, at))
    return found


if __name__ == "__main__":
    main()
