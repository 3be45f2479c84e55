"""Other news crawlers, run in an environment of their own: the project itself never depends on them."""
