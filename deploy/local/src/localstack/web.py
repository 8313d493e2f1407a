"""Building the web client, when its sources changed since it was built."""

import asyncio
import fcntl
import hashlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TextIO

from localstack import node
from localstack.board import Board
from localstack.packages import Missing
from localstack.part import Need
from localstack.processes import Command, run
from localstack.settings import Settings, inherited

PROGRAMS = (("node", "nodejs"), ("npm", "npm"))
NEEDS = tuple(Need(program, package, unless=lambda _: node.find() is not None) for program, package in PROGRAMS)
LEFT_OUT = {"node_modules", "dist", "coverage", "test-results", "playwright-report"}
INSTALL_WITHIN, BUILD_WITHIN = 240, 120


def digest(folder: Path, names: list[Path]) -> str:
    """One number for the contents of these files."""
    total = hashlib.sha256()
    for path in sorted(names):
        total.update(str(path.relative_to(folder)).encode() + b"\0" + path.read_bytes() + b"\0")
    return total.hexdigest()


def sources(folder: Path) -> list[Path]:
    """Everything the build can depend on."""
    found: list[Path] = []
    for entry in folder.iterdir():
        if entry.name in LEFT_OUT or entry.name.startswith("."):
            continue
        found += [path for path in entry.rglob("*") if path.is_file()] if entry.is_dir() else [entry]
    return found


def _folder(settings: Settings) -> Path:
    return settings.project / "web"


def is_installed(folder: Path) -> bool:
    """Whether npm's own note of what it installed, its last act, has everything of the lock file in that version."""
    note = folder / "node_modules" / ".package-lock.json"
    if not note.exists():
        return False
    there, wanted = _packages(note), _packages(folder / "package-lock.json")
    return all(
        there[name].get("version") == more.get("version") if name in there else more.get("optional", False)
        for name, more in wanted.items()
    )


def _built_from(folder: Path) -> Path:
    return folder / "node_modules" / ".nexus-built"


def _packages(lock: Path) -> dict[str, dict[str, Any]]:
    """Name and facts of every package in a lock file, but of the project itself."""
    packages: dict[str, dict[str, Any]] = json.loads(lock.read_text()).get("packages", {})
    return {name: facts for name, facts in packages.items() if name}


def _matches(stamp: Path, wanted: str) -> bool:
    return stamp.exists() and stamp.read_text() == wanted


def is_stale(settings: Settings) -> bool:
    """Whether there is a client to build and it is not what was built last."""
    folder = _folder(settings)
    if not (folder / "package.json").exists():
        return False
    if not (folder / "dist" / "index.html").exists():
        return True
    return not _matches(_built_from(folder), digest(folder, sources(folder)))


async def build(settings: Settings, board: Board) -> None:
    """Have `web/dist` made from the sources as they are."""
    if not is_stale(settings):
        return
    folder = _folder(settings)
    board.begin("web", "waiting for another build")
    async with _alone(settings):
        if not is_installed(folder):
            board.begin("web", "fetching the web client's packages")
            await _npm(settings, INSTALL_WITHIN, "ci", "--no-audit", "--no-fund")
        if is_stale(settings):
            wanted = digest(folder, sources(folder))
            board.begin("web", "building the web client")
            await _npm(settings, BUILD_WITHIN, "run", "build")
            _built_from(folder).write_text(wanted)
    board.done("web", "web client")


async def _npm(settings: Settings, deadline: float, *words: str) -> None:
    if (found := node.find()) is None:
        raise Missing([need for need in NEEDS if need.is_missing(settings.cache)], node.too_old())
    surroundings = found.environment(inherited())
    command = Command([*found.npm, *words], settings.logs / "web.log", surroundings, _folder(settings))
    await run(f"npm {words[0]}", command, deadline)


@asynccontextmanager
async def _alone(settings: Settings) -> AsyncIterator[None]:
    """Two stacks of one project, say a running one and the tests', must not build at once."""
    settings.cache.mkdir(parents=True, exist_ok=True)
    name = hashlib.sha256(str(settings.project).encode()).hexdigest()[:12]
    with (settings.cache / f"web-{name}.lock").open("a") as lock:
        async with asyncio.timeout(INSTALL_WITHIN + BUILD_WITHIN):
            while not _lock(lock):  # noqa: ASYNC110 - another process holds it
                await asyncio.sleep(0.2)
        yield


def _lock(file: TextIO) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
