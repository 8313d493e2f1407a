"""What each verb of the command line does."""

import argparse
import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping

from localstack import packages
from localstack.board import Board
from localstack.interrupts import at_end_of_input, stoppable
from localstack.leftovers import Ledger
from localstack.part import Need, Part
from localstack.parts import BY_NAME, PARTS
from localstack.places import sole_use
from localstack.settings import Settings
from localstack.stack import Stack, stack

Verb = Callable[[Settings, Board, argparse.Namespace], Awaitable[int]]


def needed(parts: tuple[Part, ...], settings: Settings) -> list[Need]:
    """The programs of the parts that we start ourselves."""
    return [need for part in parts if part.url_setting not in settings.given for need in part.needs]


async def parts(settings: Settings, board: Board, asked: argparse.Namespace) -> int:
    """Start some parts, say where they are, and wait to be told to stop."""
    chosen = tuple(BY_NAME[name] for name in asked.only)
    if asked.free_ports:
        settings = settings.on_free_ports()
    with sole_use(settings, "parts only"):
        running: list[Stack] = []
        async with stoppable(lambda: [one.kill() for one in running], lambda: board.say("Stopping")) as stop:
            at_end_of_input(stop)
            await packages.install(needed(chosen, settings), settings)
            async with stack(settings, board) as one:
                running.append(one)
                urls = await start(one, chosen)
                board.settle()
                said = {BY_NAME[name].url_setting: url for name, url in urls.items()}
                print(json.dumps({"urls": urls, "environment": said, "pid": one.ledger.running()}), flush=True)
                await asyncio.Event().wait()
    return 0


async def start(running: Stack, chosen: tuple[Part, ...]) -> Mapping[str, str]:
    """Start parts side by side and answer their URLs."""
    async with asyncio.TaskGroup() as group:
        tasks = {part.name: group.create_task(running.start_part(part)) for part in chosen}
    return {name: task.result() for name, task in tasks.items()}


async def install(settings: Settings, board: Board, asked: argparse.Namespace) -> int:
    """Install everything that later starts need, so that they need no network."""
    needs = needed(PARTS, settings) + ([packages.CHROMIUM] if asked.with_browser else [])
    board.begin("packages", "system packages")
    await packages.install(needs, settings)
    board.done("packages", "system packages")
    for part in PARTS:
        if part.fetch:
            board.begin(part.name, f"fetching {part.title}")
            await part.fetch(settings.cache, settings.logs / f"{part.name}-fetch.log")
            board.done(part.name, f"{part.title} is in {settings.cache}")
    return 0


async def status(settings: Settings, board: Board, asked: argparse.Namespace) -> int:
    """Print which processes run; exit status 3 when none does."""
    running = Ledger(settings.run / "children.json").running()
    note = settings.run / "launcher.json"
    launcher = json.loads(note.read_text()) if running and note.exists() else None
    print(json.dumps({"launcher": launcher, "processes": running}, indent=2))
    return 0 if running else 3


VERBS: Mapping[str, Verb] = {"parts": parts, "install": install, "status": status}
