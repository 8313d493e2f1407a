"""Missing, expired and forged access tokens are refused at every door."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

import asyncpg
import jwt
import pytest
import pytest_asyncio
from identity.signing_keys import Vault
from journeys.people import Api, Person, Town
from journeys.product import Product
from testkit import Issuer
from testkit.tokens import SigningKey, new_key

PATHS = ("/api/users/me", "/api/workspaces", "/api/presence?userIds=", "/api/auth/sessions")


@dataclass(frozen=True, slots=True)
class Forge:
    """The product's own signing key in the wrong hands, which makes the sharpest forgeries."""

    ada: Person
    key: SigningKey

    def token(self, **said: object) -> str:
        claims = jwt.decode(self.ada.token or "", options={"verify_signature": False})
        return Issuer().token(**({"claims": claims, "key": self.key} | said))  # type: ignore[arg-type]

    def claiming(self, **claims: object) -> str:
        told = jwt.decode(self.ada.token or "", options={"verify_signature": False})
        return self.token(claims=told | claims)

    def unsigned(self) -> str:
        told = jwt.decode(self.ada.token or "", options={"verify_signature": False})
        return jwt.encode(told, "", algorithm="none", headers={"typ": "at+jwt", "kid": self.key.kid})

    def by_public_key(self) -> str:
        """Signed by a secret that everybody knows: the public key, as if it were a shared one."""
        told = jwt.decode(self.ada.token or "", options={"verify_signature": False})
        secret = self.key.private.public_key().public_bytes_raw() * 2
        return jwt.encode(told, secret, algorithm="HS256", headers={"typ": "at+jwt", "kid": self.key.kid})


FORGERIES: dict[str, Callable[[Forge], str | None]] = {
    "none": lambda _: None,
    "an empty one": lambda _: "",
    "a word": lambda _: "let-me-in",
    "one that is too long": lambda forge: (forge.ada.token or "") + "x" * 5_000,
    "a refresh token": lambda forge: forge.ada.refresh_token,
    "one without a signature": lambda forge: forge.unsigned(),
    "one with its signature cut off": lambda forge: (forge.ada.token or "").rpartition(".")[0] + ".",
    "one signed by the public key": lambda forge: forge.by_public_key(),
    "one signed by another key of that name": lambda forge: forge.token(
        key=SigningKey(forge.key.kid, new_key().private)
    ),
    "one signed by an unknown key": lambda forge: forge.token(key=new_key()),
    "one that names a file as key": lambda forge: forge.token(headers={"kid": "../../dev/null"}),
    "one that brings its own key": lambda forge: _with_own_key(forge),
    "an expired one": lambda forge: forge.claiming(exp=1_700_000_000),
    "one without an end": lambda forge: forge.claiming(exp=None),
    "one from another issuer": lambda forge: forge.claiming(iss="somebody"),
    "one for another audience": lambda forge: forge.claiming(aud="billing"),
    "one of nobody": lambda forge: forge.claiming(sub="root"),
    "one without a session": lambda forge: forge.claiming(sid=None),
    "one of another kind": lambda forge: forge.token(headers={"typ": "JWT"}),
}


def _with_own_key(forge: Forge) -> str:
    mine = new_key()
    return forge.token(key=SigningKey(forge.key.kid, mine.private), headers={"jwk": mine.public})


@pytest_asyncio.fixture(scope="module")
async def forge(town: Town, product: Product) -> AsyncIterator[Forge]:
    told = product.settings_of("identity")
    db = await asyncpg.connect(told["NEXUS_DATABASE_URL"], timeout=10)
    (row,) = await db.fetch("SELECT id, private_key FROM signing_keys WHERE retired_at IS NULL")
    await db.close(timeout=5)
    private = Vault(told["NEXUS_IDENTITY_SECRET"]).unlock(row["id"], row["private_key"])
    assert private is not None
    yield Forge(await town.register("Ada"), SigningKey(row["id"], private))


@pytest.mark.parametrize("name", FORGERIES)
async def test_it_is_refused_over_http_and_by_socket(town: Town, forge: Forge, name: str) -> None:
    token = FORGERIES[name](forge)
    thief = Api(town.http, token)
    for path in PATHS:
        assert (await thief.ask("GET", path)).refusal == (401, "unauthenticated")
    refused = await (await town.bridge.open(token)).refused()
    assert refused["message"] == refused["data"]["type"] == "unauthenticated"


async def test_the_same_forge_makes_a_good_token_when_nothing_is_wrong(town: Town, forge: Forge) -> None:
    assert (await Api(town.http, forge.token()).get("/api/users/me"))["id"] == forge.ada.id
    await (await town.bridge.open(forge.token())).connected()
