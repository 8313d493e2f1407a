"""The store beside the rows that know of it: two lists in one order, read side by side."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import asyncpg
from asyncpg import Record

from files import keys
from files.reconciling.findings import Finding, Kind, Mend
from files.store import Listed, Missing, Store
from files.withdrawal import withdraw

PAGE = 1_000
BLOBS = """
    SELECT id, size, state FROM blobs WHERE id > $1 ORDER BY id LIMIT $2
"""
DERIVED = "SELECT blob_id, variant FROM derived WHERE (blob_id, variant) > ($1, $2) ORDER BY blob_id, variant LIMIT $3"
BLOB = "SELECT id, size, state FROM blobs WHERE id = $1"
# Each in one look: a job notes what it made first, and is over then.
IN_HAND = "EXISTS (SELECT FROM jobs WHERE blob_id = $1 AND leased_until > now())"
KNOWN_DERIVED = f"""
    SELECT EXISTS (SELECT FROM derived WHERE blob_id = $1 AND variant = $2) OR {IN_HAND}
"""  # noqa: S608 - a constant
KNOWN_UPLOAD = """
    SELECT EXISTS (SELECT FROM uploads WHERE id = $1) OR EXISTS (SELECT FROM direct_uploads WHERE upload_id = $1)
"""
OF_PARTS = f"""
    SELECT EXISTS (SELECT FROM uploads WHERE id = $1 AND state <> 'over')
        OR EXISTS (SELECT FROM blobs WHERE id = $1 AND state = 'copying') OR {IN_HAND}
"""  # noqa: S608
IS_MADE = """
    SELECT EXISTS (SELECT FROM derived d JOIN blobs b ON b.id = d.blob_id AND b.state = 'stored'
        WHERE d.blob_id = $1 AND d.variant = $2)
"""
IS_STORED = "SELECT EXISTS (SELECT FROM blobs WHERE id = $1 AND state = 'stored')"
DROP_DERIVED = "DELETE FROM derived WHERE blob_id = $1 AND variant = $2"


async def look(pool: asyncpg.Pool, store: Store, older_than: timedelta) -> AsyncIterator[Finding]:
    """What is younger may be in somebody's hands, and is passed over."""
    before = datetime.now(UTC) - older_than
    async for finding in _blobs(pool, store, before):
        yield finding
    async for finding in _derived(pool, store, before):
        yield finding
    async for finding in _incoming(pool, store, before):
        yield finding
    async for finding in _parts(pool, store):
        yield finding


async def _blobs(pool: asyncpg.Pool, store: Store, before: datetime) -> AsyncIterator[Finding]:
    listed = store.list(keys.BLOBS)
    async for key, there, row in _side_by_side(listed, _rows(pool), lambda row: keys.blob(row["id"])):
        if row is not None and row["state"] == "stored" and (there is None or there.size != row["size"]):
            head = await store.head(key)
            if (head is None or head.size != row["size"]) and await pool.fetchval(IS_STORED, row["id"]):
                yield Finding(Kind.BYTES_LOST, str(row["id"]), _forgets_lost(row["id"]))
        elif row is None and there is not None and there.changed_at < before:
            id_ = _id(key.removeprefix(keys.BLOBS))
            if (id_ is None or await pool.fetchrow(BLOB, id_) is None) and await store.head(key):
                yield Finding(Kind.BYTES_UNKNOWN, key, _deletes(key))


async def _derived(pool: asyncpg.Pool, store: Store, before: datetime) -> AsyncIterator[Finding]:
    listed = store.list(keys.DERIVED)
    rows = _derived_rows(pool)
    async for key, there, row in _side_by_side(listed, rows, lambda row: keys.derived(row["blob_id"], row["variant"])):
        if there is None and row is not None:
            lost = await store.head(key) is None
            if lost and await pool.fetchval(IS_MADE, row["blob_id"], row["variant"]):
                yield Finding(Kind.DERIVED_LOST, key, _forgets_derived(row["blob_id"], row["variant"]))
        elif row is None and there is not None and there.changed_at < before:
            blob, _, variant = key.removeprefix(keys.DERIVED).partition("/")
            id_ = _id(blob)
            if not (id_ and await pool.fetchval(KNOWN_DERIVED, id_, variant)) and await store.head(key):
                yield Finding(Kind.BYTES_UNKNOWN, key, _deletes(key))


async def _incoming(pool: asyncpg.Pool, store: Store, before: datetime) -> AsyncIterator[Finding]:
    async for there in store.list(keys.INCOMING):
        id_ = _id(there.key.removeprefix(keys.INCOMING).partition(".")[0])
        is_unknown = there.changed_at < before and (id_ is None or not await pool.fetchval(KNOWN_UPLOAD, id_))
        if is_unknown and await store.head(there.key):  # and was not only just removed, rows and all
            yield Finding(Kind.BYTES_UNKNOWN, there.key, _deletes(there.key))


async def _parts(pool: asyncpg.Pool, store: Store) -> AsyncIterator[Finding]:
    async for key, multipart_id in store.under_way():
        id_ = _id(key.rpartition("/")[2].partition(".")[0])
        if (id_ is None or not await pool.fetchval(OF_PARTS, id_)) and await _is_begun(store, key, multipart_id):
            yield Finding(Kind.PARTS_UNKNOWN, key, _aborts(key, multipart_id))


async def _is_begun(store: Store, key: str, multipart_id: str) -> bool:
    try:
        await store.parts(key, multipart_id)
    except Missing:
        return False
    return True


async def _side_by_side(
    listed: AsyncIterator[Listed], rows: AsyncIterator[Record], key_of: Callable[[Record], str]
) -> AsyncIterator[tuple[str, Listed | None, Record | None]]:
    """Every key of either, with what each has of it; both come in the order of their keys."""
    there, row = await anext(listed, None), await anext(rows, None)
    while there is not None or row is not None:
        mine = key_of(row) if row is not None else None
        key = min(filter(None, (there.key if there else None, mine)))
        here = there if there is not None and there.key == key else None
        known = row if mine == key else None
        yield key, here, known
        there = await anext(listed, None) if here else there
        row = await anext(rows, None) if known is not None else row


async def _rows(pool: asyncpg.Pool) -> AsyncIterator[Record]:
    after = UUID(int=0)
    while page := await pool.fetch(BLOBS, after, PAGE):
        for row in page:
            yield row
        after = page[-1]["id"]


async def _derived_rows(pool: asyncpg.Pool) -> AsyncIterator[Record]:
    after: tuple[UUID, str] = (UUID(int=0), "")
    while page := await pool.fetch(DERIVED, *after, PAGE):
        for row in page:
            yield row
        after = (page[-1]["blob_id"], page[-1]["variant"])


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _deletes(key: str) -> Mend:
    async def mend(_: asyncpg.Pool, store: Store) -> None:
        await store.delete(key)

    return mend


def _aborts(key: str, multipart_id: str) -> Mend:
    async def mend(_: asyncpg.Pool, store: Store) -> None:
        await store.abort(key, multipart_id)

    return mend


def _forgets_derived(blob_id: UUID, variant: str) -> Mend:
    async def mend(pool: asyncpg.Pool, _: Store) -> None:
        await pool.execute(DROP_DERIVED, blob_id, variant)

    return mend


def _forgets_lost(blob_id: UUID) -> Mend:
    """Its versions say that they are lost, so that nobody waits for bytes that do not come."""

    async def mend(pool: asyncpg.Pool, _: Store) -> None:
        async with pool.acquire(timeout=5) as db, db.transaction():
            await withdraw(db, blob_id, "lost")

    return mend
