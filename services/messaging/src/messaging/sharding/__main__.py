"""`attach` and `move-slot`: run by whoever administers the databases (docs/sharding.md)."""

import argparse
import asyncio
import os
import sys
import time
from collections.abc import Callable

import asyncpg

from messaging.sharding import attaching, moving, owning


def main() -> None:
    parser = argparse.ArgumentParser(
        "python -m messaging.sharding",
        description="Databases are given by URLs of administrators.",
    )
    commands = parser.add_subparsers(dest="command", required=True)
    attach = commands.add_parser("attach", help="NEXUS_HOME_URL, NEXUS_SHARD_URL: another database for channels")
    attach.add_argument("--number", type=int, required=True, help="1 to 63; home is 0")
    attach.add_argument("--slots", default="", help="such as 512-1023, if nothing is in these; none: move some there")
    move = commands.add_parser(
        "move-slot", help="NEXUS_SOURCE_URL, NEXUS_TARGET_URL: take a slot from one to the other"
    )
    move.add_argument("slot", type=int)
    move.add_argument(
        "--undo", action="store_true", help="leave it in the source, if that still has it; works without the target"
    )
    given = parser.parse_args()
    try:
        print(asyncio.run(COMMANDS[given.command](given)))
    except moving.NotMoved as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit("Stopped: run it again to go on. A slot that was moved may be closed until then.")
    except (attaching.NotAttached, ValueError, *moving.GONE) as error:
        sys.exit(f"It went wrong: {moving.why(error)} What was done stays; run it again to go on.")


async def _attach(given: argparse.Namespace) -> str:
    home, shard = await _connected("NEXUS_HOME_URL"), await _connected("NEXUS_SHARD_URL")
    # Where and as whom the shard reaches home, if that is not what the administrator uses.
    source = os.environ.get("NEXUS_REPLICATION_URL") or os.environ["NEXUS_HOME_URL"]
    await attaching.attach(home, shard, given.number, given.slots, source, _tell())
    slots = owning.ranges(await owning.slots_of(shard)) or "none: move some there"
    return f"Database {given.number} has slots {slots}. Start messaging on it, then gateways anew with its address."


async def _move(given: argparse.Namespace) -> str:
    source = await _connected("NEXUS_SOURCE_URL")
    if given.undo:
        target = await _connected("NEXUS_TARGET_URL") if os.environ.get("NEXUS_TARGET_URL") else None
        await moving.undo(source, given.slot, target)
        return f"Slot {given.slot} stays where it was."
    moved = await moving.move(source, await _connected("NEXUS_TARGET_URL"), given.slot, _tell())
    rows = ", ".join(f"{number} {table}" for table, number in moved.rows.items() if number) or "nothing more"
    return f"Moved {rows}. The source has slots {moved.source_slots} now, the target {moved.target_slots}."


def _tell() -> Callable[[str], None]:
    """How far it is, and since when."""
    began = time.monotonic()

    def tell(step: str) -> None:
        print(f"{time.monotonic() - began:7.1f} s  {step}", file=sys.stderr, flush=True)

    return tell


async def _connected(name: str) -> asyncpg.Connection:
    url = os.environ.get(name)
    if not url:
        raise ValueError(f"{name} is not set.")
    return await asyncpg.connect(url, timeout=10)


COMMANDS = {"attach": _attach, "move-slot": _move}


if __name__ == "__main__":
    main()
