"""From portals to the archive: registry, discovery, spider, WARC files. Knows no transform."""
