"""How long what was said is kept: retention, its signed reports, and legal holds."""
