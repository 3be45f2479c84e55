"""CMS families: one module each, and what their pages look like inside (``hints``)."""
