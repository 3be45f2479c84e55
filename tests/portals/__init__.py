"""Sample portals: small self-written Vietnamese portals in the style of real CMS families, served on loopback."""
