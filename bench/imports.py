"""How fast an export of Slack's is read and imported: `python bench/imports.py [messages]`, 100,000 unless told.

In a database of its own, without the limit of messages a second: what is measured is the work. The export is made up:
50 people, 20 channels, 300 days; every fourth message is formatted, every fifth answers another, every tenth has
reactions.
"""

import asyncio
import json
import random
import resource
import sys
import tempfile
import time
import zipfile
from pathlib import Path
from uuid import UUID

import asyncpg
from chassis.confined.runner import Runner
from chassis.database import create_pool
from localstack import start_parts
from messaging.sharding import databases
from messaging.transfers import jobs, pieces, worker
from testkit.databases import Databases
from uuid_utils.compat import uuid7

PROJECT = Path(__file__).parents[1]
PEOPLE, CHANNELS, DAYS = 50, 20, 300
FIRST = 1_600_000_000
UNLIMITED = 10_000_000
WORDS = (
    *("we", "could", "look", "at", "the", "numbers", "of", "last", "week", "before", "the", "meeting", "and", "write"),
    *("down", "what", "is", "open", "to", "decide"),
)
WORKSPACE = "INSERT INTO workspaces (id, name, organization_id, created_by, retention_days) VALUES ($1, 'W', $1, $1, 0)"
CONFIRM = """
    UPDATE transfers SET state = 'running', options = '{}', progress = 0, total = $2, counts = '{}', due_at = now()
    WHERE id = $1
"""


def made_export(place: Path, messages: int) -> int:
    """The size of the file."""
    chance = random.Random(1)
    users = [{"id": f"U{number}", "team_id": "T1", "profile": {"real_name": f"Person {number}"}}
             for number in range(PEOPLE)]  # fmt: skip
    channels = [{"id": f"C{number}", "name": f"channel-{number}", "created": FIRST, "creator": "U0",
                 "members": [user["id"] for user in users]} for number in range(CHANNELS)]  # fmt: skip
    with zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED) as out:
        out.writestr("users.json", json.dumps(users))
        out.writestr("channels.json", json.dumps(channels))
        share = messages // CHANNELS
        for channel in range(CHANNELS):
            roots: list[str] = []
            for day in range(DAYS):
                first, last = share * day // DAYS, share * (day + 1) // DAYS
                said = [_message(chance, FIRST + day * 86_400, number, roots) for number in range(first, last)]
                out.writestr(f"channel-{channel}/{day:04d}.json", json.dumps(said))
    return place.stat().st_size


def _message(chance: random.Random, day: int, number: int, roots: list[str]) -> dict[str, object]:
    ts = f"{day + number % 80_000}.{number % 1_000_000:06d}"
    text = " ".join(chance.choices(WORDS, k=chance.randint(4, 40)))
    if number % 4 == 0:
        text = f"*{text[:10]}* <@U{number % PEOPLE}> {text} `code` :tada: <https://example.com/{number}|there>"
    told: dict[str, object] = {"type": "message", "user": f"U{chance.randrange(PEOPLE)}", "text": text, "ts": ts}
    if number % 5 == 0 and roots:
        told["thread_ts"] = chance.choice(roots[-50:])
    else:
        roots.append(ts)
    if number % 10 == 0:
        told["reactions"] = [{"name": "+1", "users": ["U1", "U2"]}]
    return told


async def begun(pool: asyncpg.Pool, file: Path) -> UUID:
    workspace_id = uuid7()
    await pool.execute(WORKSPACE, workspace_id)
    data = await asyncio.to_thread(file.read_bytes)
    async with pool.acquire() as db, db.transaction():
        row = await jobs.add(db, workspace_id, uuid7(), "import", "slack.zip", len(data), {})
        for start in range(0, len(data), pieces.PIECE):
            await pieces.add(db, row["id"], start, data[start : start + pieces.PIECE])
        await jobs.move(db, row, "reading", received=len(data))
    return UUID(str(row["id"]))


async def measured(pool: asyncpg.Pool, runner: Runner, transfer_id: UUID) -> tuple[int, float, float]:
    """Messages, and the seconds that reading and importing them took."""
    started = time.monotonic()
    await worker.work_on_next(databases.Databases(pool), runner, UNLIMITED)
    read = time.monotonic()
    messages = await pool.fetchval("SELECT count(*) FROM transfer_records WHERE kind = 'message'")
    await pool.execute(CONFIRM, transfer_id, messages)
    await worker.work_on_next(databases.Databases(pool), runner, UNLIMITED)
    ended = time.monotonic()
    state = await pool.fetchval("SELECT state FROM transfers WHERE id = $1", transfer_id)
    stored = await pool.fetchval("SELECT count(*) FROM messages")
    if (state, stored) != ("done", messages):
        raise SystemExit(f"the import is {state} with {stored} of {messages} messages")
    return messages, read - started, ended - read


async def main(messages: int) -> None:
    with tempfile.TemporaryDirectory() as folder, start_parts(("postgres",)) as parts:
        file = Path(folder) / "slack.zip"
        size = made_export(file, messages)
        databases = Databases(parts.urls["postgres"], PROJECT)
        pool = await create_pool(await databases("messaging"))
        async with Runner(most=1) as runner:
            count, reading, importing = await measured(pool, runner, await begun(pool, file))
        await pool.close()
        await databases.drop()
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{count:,} messages, {size / 1e6:.1f} MB: read in {reading:.0f} s ({count / reading:,.0f}/s), "
          f"imported in {importing:.0f} s ({count / importing:,.0f}/s); this process at most {grown} MB")  # fmt: skip


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000))
