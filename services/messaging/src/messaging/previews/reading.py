"""What a page says of itself becomes a preview's words; the page is read by a process that can do nothing else."""

import asyncio
import re
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import orjson

from messaging.previews.fetching import Page
from messaging.previews.guard import Refused

SCRIPT = Path(__file__).with_name("pagehead.py")
DEADLINE = 4.0
LONGEST_ANSWER = 40_000
TITLE, DESCRIPTION, SITE_NAME = 300, 600, 100
_UNSEEN = re.compile(
    r"[\x00-\x08\x0e-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]"
)


@dataclass(frozen=True, slots=True)
class Words:
    """What is shown of a page: text, never HTML."""

    title: str
    description: str | None
    site_name: str | None


async def words_of(page: Page) -> Words:
    """`Refused` if the page says nothing, or takes too much to be read."""
    try:
        async with asyncio.timeout(DEADLINE):
            told = orjson.loads(await _told(page))
    except (TimeoutError, OSError, orjson.JSONDecodeError):
        raise Refused("it cannot be read") from None
    found = {name: _plain(text) for name, text in told.items()} if isinstance(told, dict) else {}
    title = found.get("title") or found.get("site_name")
    if not title:
        raise Refused("it says nothing of itself")
    return Words(
        _cut(title, TITLE), _cut(found.get("description", ""), DESCRIPTION) or None,
        _cut(found.get("site_name", ""), SITE_NAME) or None,
    )  # fmt: skip


async def _told(page: Page) -> bytes:
    command = [sys.executable, "-I", "-S", str(SCRIPT), page.charset or ""]
    reader = await asyncio.create_subprocess_exec(
        *command, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
        env={}, cwd="/",
    )  # fmt: skip
    if reader.stdin is None or reader.stdout is None:
        raise TypeError("both were asked for")
    try:
        reader.stdin.write(page.body)
        reader.stdin.close()
        told = bytearray()
        while chunk := await reader.stdout.read(LONGEST_ANSWER - len(told)):
            told += chunk
        return bytes(told)
    finally:
        with suppress(ProcessLookupError):
            reader.kill()
        await asyncio.shield(reader.wait())


def _plain(text: object) -> str:
    return " ".join(_UNSEEN.sub("", text).split()) if isinstance(text, str) else ""


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
