"""Commands of the ``scrapy`` program that belong to this project."""
