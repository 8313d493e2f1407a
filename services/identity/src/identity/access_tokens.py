"""Access tokens: short-lived JWTs that every service verifies by itself (RFC 9068)."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import orjson
from chassis.tokens import TOKEN_TYPE
from jwt import PyJWS
from uuid_utils import uuid7

from identity.signing_keys import SigningKeys
from identity.users import User


@dataclass(frozen=True, slots=True)
class AccessTokens:
    """Issues tokens signed with the active key."""

    keys: SigningKeys
    issuer: str
    audience: str
    seconds: int

    async def issue(self, user: User, session_id: UUID, scopes: Sequence[str] | None = None) -> str:
        """Good for everything its user may do or, with `scopes`, for those alone."""
        key_id, private = await self.keys.active()
        # UTF-8 rather than JSON escapes: a name of 255 emoji must not make the token longer than is accepted.
        said = {} if scopes is None else {"scope": " ".join(scopes)}
        claims = orjson.dumps(self._claims(user, session_id) | said)
        return PyJWS().encode(claims, private, "EdDSA", {"typ": TOKEN_TYPE, "kid": key_id})

    def _claims(self, user: User, session_id: UUID) -> dict[str, object]:
        now = int(time.time())
        return {
            "iss": self.issuer,
            "aud": self.audience,
            "sub": str(user.id),
            "org": str(user.organization_id),
            "sid": str(session_id),
            "email": user.email,
            "name": user.name,
            "iat": now,
            "exp": now + self.seconds,
            "jti": str(uuid7()),
        }
