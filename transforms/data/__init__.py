"""Reviewed vocabularies and the gazetteer, with the script that builds it."""
