"""`python -m files reconcile [--repair] [--older-than SECONDS]`: one JSON line for each finding, then their number."""

import argparse
import asyncio
import json
import sys
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta

import asyncpg
from chassis import database

from files.metrics import ORPHANS
from files.reconciling import objects, rows
from files.reconciling.findings import Finding
from files.settings import Settings
from files.store import Store

# Seconds: what is younger may be on its way.
OLDER_THAN = 3_600.0


async def look(pool: asyncpg.Pool, store: Store, older_than: timedelta) -> AsyncIterator[Finding]:
    """Rows first: what they let go of is not lost. Nothing is changed."""
    async for finding in rows.look(pool, older_than):
        yield finding
    async for finding in objects.look(pool, store, older_than):
        yield finding


async def reconcile(pool: asyncpg.Pool, store: Store, older_than: timedelta, repair: bool) -> Counter[str]:
    """How many of each kind were found, and with `repair` mended."""
    found: Counter[str] = Counter()
    async for finding in look(pool, store, older_than):
        found[finding.kind] += 1
        ORPHANS.labels(finding.kind).inc()
        if repair:
            await finding.mend(pool, store)
        print(json.dumps({"found": finding.kind, "what": finding.what, "repaired": repair}), flush=True)
    return found


async def _main(repair: bool, older_than: float) -> int:
    settings = Settings.load()
    async with (
        await database.connect(settings) as pool,
        Store.connect(settings.s3_url.get_secret_value(), settings.s3_region) as store,
    ):
        found = await reconcile(pool, store, timedelta(seconds=older_than), repair)
    print(json.dumps({"findings": found.total(), **found}))
    return 1 if found and not repair else 0


def run(arguments: Sequence[str]) -> None:
    """Ends with 1 if something does not agree and was left as it is."""
    parser = argparse.ArgumentParser(prog="python -m files reconcile", description=__doc__)
    parser.add_argument("--repair", action="store_true", help="mend what is found")
    parser.add_argument("--older-than", type=float, default=OLDER_THAN, help="seconds; what is younger is passed over")
    said = parser.parse_args(arguments)
    sys.exit(asyncio.run(_main(said.repair, said.older_than)))
