"""The steps that a file takes, seen in the database of files: the service is killed at the one that is chosen."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import asyncpg
from testkit import eventually

from journeys.product import Product

TELL = """
    CREATE OR REPLACE FUNCTION tell_step() RETURNS TRIGGER LANGUAGE plpgsql AS $$
    BEGIN PERFORM pg_notify('steps', TG_ARGV[0]); RETURN NULL; END $$
"""
# By name: the table, what happens to a row, and which rows are meant.
STEPS = {
    "begun": ("uploads", "INSERT", "true"),
    "in parts": ("uploads", "UPDATE", "OLD.multipart_id IS NULL AND NEW.multipart_id IS NOT NULL"),
    "stored": ("uploads", "UPDATE", "OLD.state = 'open' AND NEW.state = 'stored'"),
    "scan taken": ("jobs", "UPDATE", "NEW.kind = 'scan' AND NEW.turn > OLD.turn"),
    "claimed": ("blobs", "INSERT", "true"),
    "let out": ("blobs", "UPDATE", "OLD.state = 'copying' AND NEW.state = 'stored'"),
    "refused": ("file_versions", "UPDATE", "OLD.status = 'scanning' AND NEW.status = 'refused'"),
    "inspection taken": ("jobs", "UPDATE", "NEW.kind = 'inspect' AND NEW.turn > OLD.turn"),
    "deleted": ("files", "DELETE", "true"),
    "removal taken": ("jobs", "UPDATE", "NEW.kind = 'remove' AND NEW.turn > OLD.turn"),
}
# As if so much time had passed that what the dead had begun is given up, or taken by somebody else.
LEASES_END = "UPDATE jobs SET leased_until = now() WHERE leased_until > now()"
UPLOADS_EXPIRE = "UPDATE uploads SET expires_at = now() WHERE state = 'open'"
LEFT = """
    SELECT (SELECT count(*) FROM uploads) + (SELECT count(*) FROM jobs WHERE state = 'waiting')
        + (SELECT count(*) FROM blobs WHERE state <> 'stored')
"""
BACK_WITHIN, CALM_WITHIN = 120.0, 300.0


@dataclass(slots=True)
class Steps:
    """Kills files at a step, and waits until all is calm."""

    product: Product
    db: asyncpg.Connection
    chosen: str = ""
    died: asyncio.Event = field(default_factory=asyncio.Event)

    @asynccontextmanager
    async def death_at(self, step: str) -> AsyncIterator[None]:
        """Within, the service dies once when it takes the step; afterwards another is ready."""
        before = self.product.pid("files")
        self.died.clear()
        self.chosen = step
        yield
        async with asyncio.timeout(BACK_WITHIN):
            await self.died.wait()
        await eventually(lambda: self.product.pid("files") != before, BACK_WITHIN)
        await self.db.execute(LEASES_END)

    async def calm(self) -> None:
        """Everything that was begun has come to its end, if only by being given up."""
        await self.db.execute(UPLOADS_EXPIRE)
        await self.db.execute(LEASES_END)

        async def is_over() -> bool:
            return int(await self.db.fetchval(LEFT)) == 0

        await eventually(is_over, CALM_WITHIN)

    def hear(self, _: object, __: int, ___: str, step: object) -> None:
        if step == self.chosen:
            self.chosen = ""
            with suppress(KeyError):  # dead already
                self.product.kill("files")
            self.died.set()


@asynccontextmanager
async def watching(product: Product) -> AsyncIterator[Steps]:
    """Triggers tell of each step for as long as the block lasts."""
    db = await asyncpg.connect(product.settings_of("files")["NEXUS_DATABASE_URL"], timeout=10)
    try:
        await db.execute(TELL)
        for number, (step, (table, event, rows)) in enumerate(STEPS.items()):
            await db.execute(
                f"CREATE TRIGGER step_{number} AFTER {event} ON {table} FOR EACH ROW WHEN ({rows}) "
                f"EXECUTE FUNCTION tell_step('{step}')"
            )
        steps = Steps(product, db)
        await db.add_listener("steps", steps.hear)
        yield steps
    finally:
        await db.execute("DROP FUNCTION IF EXISTS tell_step CASCADE")
        await db.close(timeout=5)
