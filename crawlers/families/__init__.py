"""CMS families: URL shapes, listings, pagination and extraction hints shared by many portals."""
