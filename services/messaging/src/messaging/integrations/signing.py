"""Signs what integrations are asked, as standardwebhooks.com specifies it (symmetric signatures, `v1`)."""

import base64
import hmac
import secrets
from collections.abc import Sequence

PREFIX = "whsec_"


def new_secret() -> str:
    """256 random bits in the form that receivers' libraries take."""
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def headers(secrets_: Sequence[str], id_: str, at: int, body: bytes) -> dict[str, str]:
    """The headers of a request: `id_` stays the same however often it is tried, `at` is this try's Unix time.

    With several secrets there are as many signatures, of which a receiver needs to know one.
    """
    said = f"{id_}.{at}.".encode() + body
    signatures = (base64.b64encode(hmac.digest(_key(secret), said, "sha256")).decode() for secret in secrets_)
    return {
        "webhook-id": id_,
        "webhook-timestamp": str(at),
        "webhook-signature": " ".join(f"v1,{signature}" for signature in signatures),
    }


def _key(secret: str) -> bytes:
    return base64.b64decode(secret.removeprefix(PREFIX))
