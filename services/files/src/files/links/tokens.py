"""Secret ends of share links: 192 random bits, kept as a hash."""

import hashlib
import re
import secrets

_FORM = re.compile(r"[A-Za-z0-9_-]{32}")


def new_token() -> str:
    return secrets.token_urlsafe(24)


def token_hash(token: str) -> bytes:
    """Of whatever is said for a token: what cannot be one gets a hash that no link has."""
    return hashlib.sha256(token.encode() if _FORM.fullmatch(token) else b"").digest()
