"""Uploads straight to the store: an address for exactly these bytes, and then the way of all others."""
