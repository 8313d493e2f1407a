"""An issuer of access tokens for tests of services that only verify them: its own key, its own JWKS address."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self
from uuid import UUID

import jwt
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from uuid_utils.compat import uuid7

from testkit.ports import free_port


@dataclass(frozen=True, slots=True)
class SigningKey:
    """An Ed25519 key and its id."""

    kid: str
    private: Ed25519PrivateKey

    @property
    def public(self) -> dict[str, Any]:
        """As a JWKS lists it."""
        described: dict[str, Any] = jwt.algorithms.OKPAlgorithm.to_jwk(self.private.public_key(), as_dict=True)
        return {**described, "kid": self.kid, "use": "sig", "alg": "EdDSA"}


def new_key() -> SigningKey:
    return SigningKey(str(uuid7()), Ed25519PrivateKey.generate())


@dataclass(slots=True)
class Issuer:
    """What identity is to the other services. `async with` it to have its keys answered at `jwks_url`."""

    issuer: str = "nexus"
    audience: str = "nexus"
    port: int = field(default_factory=free_port)
    keys: list[SigningKey] = field(default_factory=lambda: [new_key()])
    asked: int = 0
    _runner: web.AppRunner | None = None

    @property
    def jwks_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/.well-known/jwks.json"

    def token(
        self,
        user_id: UUID | str | None = None,
        *,
        organization_id: UUID | str | None = None,
        session_id: UUID | str | None = None,
        email: str = "someone@example.com",
        name: str = "Someone",
        expires_in: float = 900,
        key: SigningKey | None = None,
        claims: Mapping[str, object | None] | None = None,
        headers: Mapping[str, object | None] | None = None,
    ) -> str:
        """An access token as identity mints it, of a new user unless one is named.

        `claims` and `headers` replace what it would say; None leaves a claim out.
        """
        key, now = key or self.keys[-1], time.time()
        said: dict[str, object | None] = {
            "iss": self.issuer,
            "aud": self.audience,
            "sub": str(user_id or uuid7()),
            "org": str(organization_id or uuid7()),
            "sid": str(session_id or uuid7()),
            "email": email,
            "name": name,
            "iat": int(now),
            "exp": int(now + expires_in),
            "jti": str(uuid7()),
        }
        told = {claim: value for claim, value in {**said, **(claims or {})}.items() if value is not None}
        named = {"typ": "at+jwt", "kid": key.kid, **(headers or {})}
        return jwt.encode(told, key.private, algorithm="EdDSA", headers=named)

    def bearer(self, user_id: UUID | str | None = None, **said: Any) -> dict[str, str]:
        """The request headers with such a token."""
        return {"Authorization": f"Bearer {self.token(user_id, **said)}"}

    def rotate(self) -> SigningKey:
        """Sign with a new key from now on; the older ones stay listed."""
        self.keys.append(new_key())
        return self.keys[-1]

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_get("/.well-known/jwks.json", self._answer)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    async def _answer(self, _: web.Request) -> web.Response:
        self.asked += 1
        return web.json_response({"keys": [key.public for key in self.keys]})
