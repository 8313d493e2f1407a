"""Access tokens: verified against the keys that identity publishes, and nothing else."""

import asyncio
import logging
import time
from collections import OrderedDict
from dataclasses import dataclass
from uuid import UUID

import aiohttp
import jwt

from chassis.problems import Problem, unavailable

log = logging.getLogger(__name__)
ALGORITHMS = ("EdDSA",)
TOKEN_TYPE = "at+jwt"  # noqa: S105 - a header's value (RFC 9068)
LONGEST = 4096
LEEWAY = 30
REFRESH_EVERY = 300.0
REFRESH_AT_MOST_EVERY = 2.0
REMEMBERED = 20_000


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks: the user and session that an access token stands for. `expires_at` is in Unix seconds.

    A bot's token is good for its `scopes` alone; None is a person, who needs none.
    """

    user_id: UUID
    organization_id: UUID
    session_id: UUID
    email: str
    name: str
    expires_at: float
    scopes: frozenset[str] | None = None

    def has(self, scope: str) -> bool:
        return self.scopes is None or scope in self.scopes


def unauthenticated(detail: str) -> Problem:
    return Problem(401, "unauthenticated", detail)


class TokenVerifier:
    """Turns access tokens into principals. Keys come from the JWKS address alone: `jku`, `x5u`, `jwk` are ignored."""

    def __init__(self, jwks_url: str, issuer: str, audience: str) -> None:
        self._jwks_url, self._issuer, self._audience = jwks_url, issuer, audience
        self._keys: dict[str, jwt.PyJWK] = {}
        self._fetched_at = self._tried_at = -REFRESH_EVERY
        self._lock = asyncio.Lock()
        self._known: OrderedDict[str, Principal] = OrderedDict()

    async def verify(self, token: str) -> Principal:
        """The token's principal; `Problem` 401 if it is not valid now, 503 if the keys cannot be had."""
        known = self._known.get(token)
        if known is not None and known.expires_at > time.time():
            return known
        principal = self._principal(self._claims(token, await self._key(token)))
        self._known[token] = principal
        while len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        return principal

    async def ready(self) -> None:
        """Raise unless there are keys to verify with."""
        if not self._keys:
            await self._fetch()

    async def _key(self, token: str) -> jwt.PyJWK:
        kid = _key_id(token)
        # Who has a key at hand does not wait for another's refresh, which may take long.
        stale = time.monotonic() - self._fetched_at > REFRESH_EVERY and not self._lock.locked()
        if kid not in self._keys or stale:
            await self._fetch()
        if kid not in self._keys:
            raise unauthenticated("The access token is signed with a key that is not ours.")
        return self._keys[kid]

    async def _fetch(self) -> None:
        asked_at = time.monotonic()
        async with self._lock:
            # Whoever waited here while another tried shares the outcome, good or bad.
            tried_lately = bool(self._keys) and time.monotonic() - self._tried_at < REFRESH_AT_MOST_EVERY
            if not tried_lately and self._tried_at < asked_at:
                await self._try()
        if not self._keys:
            raise unavailable("Sign-in cannot be checked just now; try again shortly.")

    async def _try(self) -> None:
        self._tried_at = time.monotonic()
        try:
            self._keys, self._fetched_at = await self._published(), time.monotonic()
        except (aiohttp.ClientError, OSError, TimeoutError, jwt.PyJWTError, ValueError) as error:
            log.warning("the signing keys cannot be fetched: %r", error)

    async def _published(self) -> dict[str, jwt.PyJWK]:
        deadline = aiohttp.ClientTimeout(total=3)
        async with aiohttp.ClientSession(timeout=deadline) as http, http.get(self._jwks_url) as answer:
            answer.raise_for_status()
            keys = jwt.PyJWKSet.from_dict(await answer.json()).keys
        return {key.key_id: key for key in keys if key.key_id and key.algorithm_name in ALGORITHMS}

    def _claims(self, token: str, key: jwt.PyJWK) -> dict[str, object]:
        try:
            return jwt.decode(
                token, key, algorithms=ALGORITHMS, issuer=self._issuer, audience=self._audience, leeway=LEEWAY,
                options={"require": ["exp", "iat", "iss", "aud", "sub", "sid", "org"]},
            )  # fmt: skip
        except jwt.ExpiredSignatureError as error:
            raise unauthenticated("The access token has expired: refresh it.") from error
        except jwt.PyJWTError as error:
            raise unauthenticated("The access token is not valid.") from error

    def _principal(self, claims: dict[str, object]) -> Principal:
        try:
            return Principal(
                UUID(str(claims["sub"])), UUID(str(claims["org"])), UUID(str(claims["sid"])),
                str(claims["email"]), str(claims["name"]), float(str(claims["exp"])), _scopes(claims.get("scope")),
            )  # fmt: skip
        except (KeyError, ValueError) as error:
            raise unauthenticated("The access token lacks what it should say.") from error


def _scopes(claim: object) -> frozenset[str] | None:
    """RFC 9068, 2.2.3: names between spaces. A claim that says nothing allows nothing."""
    return None if claim is None else frozenset(str(claim).split())


def _key_id(token: str) -> str:
    try:
        if len(token) > LONGEST:
            raise ValueError("oversized")
        header = jwt.get_unverified_header(token)
    except (jwt.PyJWTError, ValueError, RecursionError) as error:
        raise unauthenticated("The access token is not valid.") from error
    if header.get("typ") != TOKEN_TYPE or header.get("alg") not in ALGORITHMS or not isinstance(header.get("kid"), str):
        raise unauthenticated("The access token is not valid.")
    return str(header["kid"])
