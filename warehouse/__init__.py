"""The data model and the only door to storage."""
