"""Looking at a site: its CMS family, its listings and how they are read, as findings, fixtures and a registry entry."""
