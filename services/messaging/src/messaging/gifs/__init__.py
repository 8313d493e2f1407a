"""GIFs that people send: of a folder of one's own, or of a provider whom messaging asks, never the page."""
