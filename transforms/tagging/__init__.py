"""Topics, mentions, citations and quantities of Vietnamese public-affairs text."""
