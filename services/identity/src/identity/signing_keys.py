"""Signing keys: Ed25519, encrypted at rest, made at the first start and replaced by `rotate-key`."""

import asyncio
import logging
import os
import time
from dataclasses import dataclass

import asyncpg
from chassis.problems import PART_GONE
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from eventbus import Db
from jwt.algorithms import OKPAlgorithm
from uuid_utils.compat import uuid7

log = logging.getLogger(__name__)
NONCE = 12
READ_DEADLINE = 1.5
# Seconds for which the keys in memory are good enough: to sign with, and to tell others.
TO_SIGN, TO_TELL = 10.0, 1.0

# A retired key is told for an hour, far longer than tokens live. A new one signs when others had time to hear of it.
READ = """
    SELECT id, public_key, private_key, created_at < now() - interval '5 seconds' AS settled FROM signing_keys
    WHERE retired_at IS NULL OR retired_at > now() - interval '1 hour' ORDER BY created_at DESC, id DESC
"""
ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtext('signing keys'))"


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A key; `private` is None if it was encrypted under another secret."""

    id: str
    public: Ed25519PublicKey
    private: Ed25519PrivateKey | None
    settled: bool

    def as_jwk(self) -> dict[str, str]:
        return {**OKPAlgorithm.to_jwk(self.public, as_dict=True), "kid": self.id, "use": "sig", "alg": "EdDSA"}


class Vault:
    """Encrypts private keys under a secret, each bound to its id."""

    def __init__(self, secret: str) -> None:
        derived = HKDF(SHA256(), 32, salt=None, info=b"nexus identity signing keys").derive(secret.encode())
        self._cipher = AESGCM(derived)

    def lock(self, key_id: str, private: Ed25519PrivateKey) -> bytes:
        nonce = os.urandom(NONCE)
        return nonce + self._cipher.encrypt(nonce, private.private_bytes_raw(), key_id.encode())

    def unlock(self, key_id: str, locked: bytes) -> Ed25519PrivateKey | None:
        try:
            opened = self._cipher.decrypt(locked[:NONCE], locked[NONCE:], key_id.encode())
        except InvalidTag:
            return None
        return Ed25519PrivateKey.from_private_bytes(opened)


class SigningKeys:
    """The keys as the database has them, kept in memory so that it may be away for a while."""

    def __init__(self, pool: asyncpg.Pool, vault: Vault) -> None:
        self._pool, self._vault = pool, vault
        self._keys: list[SigningKey] = []
        self._read_at = 0.0

    async def prepare(self) -> None:
        """Make the first key if there is none; `SystemExit` if the secret is not the one of the keys."""
        async with self._pool.acquire(timeout=10) as db, db.transaction():
            await db.execute(ONE_AT_A_TIME)
            if not await db.fetchval("SELECT true FROM signing_keys WHERE retired_at IS NULL"):
                await _add(db, self._vault)
        if not any(key.private for key in await self._known(TO_TELL)):
            raise SystemExit("NEXUS_IDENTITY_SECRET did not encrypt the signing keys; `rotate-key` makes a new one")

    async def active(self) -> tuple[str, Ed25519PrivateKey]:
        """The key to sign with: id and private part."""
        ours = [(key.settled, key.id, key.private) for key in await self._known(TO_SIGN) if key.private]
        settled = [(key_id, private) for is_settled, key_id, private in ours if is_settled]
        return settled[0] if settled else ours[-1][1:]

    async def published(self) -> list[dict[str, str]]:
        """What others verify with."""
        return [key.as_jwk() for key in await self._known(TO_TELL)]

    async def _known(self, within: float) -> list[SigningKey]:
        if time.monotonic() - self._read_at > within or not self._keys:
            try:
                async with asyncio.timeout(READ_DEADLINE):
                    rows = await self._pool.fetch(READ)
                self._keys, self._read_at = [self._key(row) for row in rows], time.monotonic()
            except PART_GONE as error:
                if not self._keys:
                    raise
                log.warning("the signing keys stay as they were known: %r", error)
        return self._keys

    def _key(self, row: asyncpg.Record) -> SigningKey:
        public = Ed25519PublicKey.from_public_bytes(row["public_key"])
        return SigningKey(row["id"], public, self._vault.unlock(row["id"], row["private_key"]), row["settled"])


async def rotate(db: Db, vault: Vault) -> str:
    """Retire the key in use and make the next; its id. Tokens signed before stay good until they expire."""
    await db.execute(ONE_AT_A_TIME)
    await db.execute("UPDATE signing_keys SET retired_at = now() WHERE retired_at IS NULL")
    return await _add(db, vault)


async def _add(db: Db, vault: Vault) -> str:
    key_id, private = str(uuid7()), Ed25519PrivateKey.generate()
    await db.execute(
        "INSERT INTO signing_keys (id, public_key, private_key, created_at) VALUES ($1, $2, $3, clock_timestamp())",
        key_id, private.public_key().public_bytes_raw(), vault.lock(key_id, private),
    )  # fmt: skip
    return key_id
