"""People with offices, bodies, places, cited documents, dates, quantities and topics of a Vietnamese text.

One call, ``tag(text, context)``; pure and thread-safe. Rules over reviewed vocabularies (``transforms/data``), so
that every row names the rule or list that produced it, and a wrong answer is rarer than an empty one.
"""

from __future__ import annotations

from transforms.tagging.model import Citation, Context, Mention, Quantity, Tags, Topic
from transforms.tagging.tagger import VERSION, tag

__all__ = ["VERSION", "Citation", "Context", "Mention", "Quantity", "Tags", "Topic", "tag"]
