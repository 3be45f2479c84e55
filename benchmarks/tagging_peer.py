"""underthesea's named entity recogniser on the same texts in the same run, in an environment of its own."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.gold import GoldText, count
from benchmarks.peers.environment import ROOT, NoPeersError, interpreter
from transforms.tagging import Mention, Tags

PINNED = ("underthesea==9.5.0",)
SCRIPT = ROOT / "benchmarks/peers/run_underthesea.py"
PATIENCE = 1800  # seconds


def measure(texts: Sequence[GoldText], kinds: Sequence[str]) -> dict[str, float]:
    """``peer_seconds`` of CPU and ``peer_names_f1``; empty, and the reason on standard error, where it cannot run."""
    try:
        found = _answer(interpreter(PINNED), [each.text for each in texts])
    except (NoPeersError, subprocess.SubprocessError) as error:
        print(f"not measured: underthesea: {error}", file=sys.stderr)
        return {}
    tagged = [_tags(spans) for spans in found["spans"]]
    return {"peer_seconds": found["seconds"], "peer_names_f1": count(texts, tagged, kinds).f1}


def _answer(python: Path, texts: Sequence[str]) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as name:
        task, answer = Path(name) / "task.json", Path(name) / "answer.json"
        task.write_text(json.dumps(texts), encoding="utf-8")
        command = [str(python), str(SCRIPT), str(task), str(answer)]
        subprocess.run(command, check=True, capture_output=True, text=True, timeout=PATIENCE, cwd=name)
        found: dict[str, Any] = json.loads(answer.read_text(encoding="utf-8"))
    return found


def _tags(spans: Sequence[tuple[str, int, int]]) -> Tags:
    return Tags((), tuple(Mention(kind, start, end, "", "peer") for kind, start, end in spans), (), (), "peer")
