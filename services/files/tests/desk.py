"""People who ask files for things, and the workspace where they meet."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import aiohttp
import asyncpg
from files import directory, keys
from files.store import Store
from uuid_utils.compat import uuid7

SECRET = "the-secret-of-these-tests"


@dataclass(frozen=True, slots=True)
class Asker:
    """Somebody signed in: `await alice.post("/api/files/direct", {...})` is (status, JSON)."""

    http: aiohttp.ClientSession
    url: str
    user_id: UUID
    headers: dict[str, str]

    async def ask(self, method: str, path: str, body: Any = None, **options: Any) -> tuple[int, Any]:
        sent = {"json": body} if body is not None else {}
        headers = {**self.headers, **options.pop("headers", {})}
        async with self.http.request(method, self.url + path, headers=headers, **sent, **options) as answer:
            text = await answer.read()
            return answer.status, await answer.json(content_type=None) if text else None

    async def get(self, path: str, **query: Any) -> tuple[int, Any]:
        return await self.ask("GET", path, params=query)

    async def post(self, path: str, body: Any = None) -> tuple[int, Any]:
        return await self.ask("POST", path, body)

    async def delete(self, path: str) -> tuple[int, Any]:
        return await self.ask("DELETE", path)

    async def made(self, path: str, body: Any = None) -> Any:
        """The JSON of something that must succeed."""
        status, told = await self.post(path, body)
        assert status in (200, 201, 204), told
        return told


NewAsker = Callable[..., Asker]


@dataclass(frozen=True, slots=True)
class Premises:
    """A workspace with owner, member, guest and a stranger, and a private channel of owner and member."""

    pool: asyncpg.Pool
    store: Store
    owner: Asker
    member: Asker
    outsider: Asker
    guest: Asker
    stranger: Asker
    workspace_id: UUID
    channel_id: UUID
    public_id: UUID

    async def file(
        self, by: Asker, body: bytes = b"said", filename: str = "said.txt", media_type: str = "text/plain"
    ) -> UUID:
        """A clean file in the private channel, as a scan leaves it."""
        file_id = uuid7()
        await self.pool.execute(
            "INSERT INTO files (id, workspace_id, filename, uploaded_by, last_version) VALUES ($1, $2, $3, $4, 0)",
            file_id, self.workspace_id, filename, by.user_id,
        )  # fmt: skip
        await self.pool.execute(
            "INSERT INTO file_places (file_id, entity_type, entity_id) VALUES ($1, 'channel', $2)",
            file_id, self.channel_id,
        )  # fmt: skip
        await self.version(file_id, by, body, media_type)
        return file_id

    async def version(self, file_id: UUID, by: Asker, body: bytes, media_type: str = "text/plain") -> UUID:
        """One more, with bytes that the workspace does not have yet; the blob's id."""
        blob_id, sha256 = uuid7(), hashlib.sha256(body).digest()
        number = await self.pool.fetchval(
            "UPDATE files SET last_version = last_version + 1, version = last_version + 1 WHERE id = $1 "
            "RETURNING version",
            file_id,
        )  # fmt: skip
        await self.pool.execute(
            "INSERT INTO blobs (id, workspace_id, sha256, size, state, signatures, scanned_at, media_type) "
            "VALUES ($1, $2, $3, $4, 'stored', 'test', now(), $5)",
            blob_id, self.workspace_id, sha256, len(body), media_type,
        )  # fmt: skip
        await self.pool.execute(
            "INSERT INTO file_versions (file_id, number, status, declared_type, size, sha256, blob_id, uploaded_by) "
            "VALUES ($1, $2, 'clean', $3, $4, $5, $6, $7)",
            file_id, number, media_type, len(body), sha256, blob_id, by.user_id,
        )  # fmt: skip
        await self.store.put(keys.blob(blob_id), body)
        return blob_id


async def premises(pool: asyncpg.Pool, store: Store, person: NewAsker) -> Premises:
    people = [person(name) for name in ("Olga", "Mina", "Otto", "Gus", "Sam")]
    workspace_id, channel_id, public_id = uuid7(), uuid7(), uuid7()
    async with pool.acquire() as db:
        for who, role in zip(people, ("owner", "member", "member", "guest"), strict=False):
            await directory.save_workspace_member(db, workspace_id, who.user_id, role)
        await directory.save_channel(db, channel_id, workspace_id, "private", False)
        await directory.save_channel(db, public_id, workspace_id, "public", False)
        for who in (people[0], people[1], people[3]):
            await directory.save_channel_member(db, channel_id, who.user_id)
    return Premises(pool, store, *people, workspace_id, channel_id, public_id)
