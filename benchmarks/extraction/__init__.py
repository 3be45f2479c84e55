"""What the extraction is worth, and what it costs, beside other extractors on the same pages."""

from benchmarks.extraction.scores import token_f1

__all__ = ["token_f1"]
