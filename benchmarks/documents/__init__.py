"""Documents measured: what files become as text (text.py) and what texts become as structure (structure.py)."""
