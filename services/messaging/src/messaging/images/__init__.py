"""Images that strangers send: decoded and written anew in confinement, before anybody sees them."""
