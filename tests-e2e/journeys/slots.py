"""A channel with everything that a channel can have, and which database the gateway is told that it is in."""

import asyncio
import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from chassis.slots import slot_of

from journeys.people import Person
from journeys.servers import WITHIN, Installation

LATER = (datetime.now(UTC) + timedelta(days=30)).isoformat()
# The command, which waits behind each step that it tells of until it is told to go on.
STEP_BY_STEP = """
import builtins, runpy, sys
say = builtins.print
def say_and_wait(*words, **how):
    say(*words, **how)
    if how.get("file") is sys.stderr:
        sys.stdin.readline()
builtins.print = say_and_wait
runpy.run_module("messaging.sharding", run_name="__main__", alter_sys=True)
"""


async def channel_at_home(person: Person, workspace_id: str) -> tuple[str, int]:
    """A channel made by name, not the general one; and its slot."""
    for number in range(100):
        made = await person.channel(workspace_id, f"moving {number}")
        slot = slot_of(UUID(made))
        if slot is not None and slot < 512:
            return made, slot
    raise AssertionError("every name is of the other database")


async def fill(channel_id: str, ada: Person, bo: Person) -> None:
    said = await ada.post(f"/api/channels/{channel_id}/messages", {"content": f"hello <@{bo.id}>"})
    await bo.do("PUT", f"/api/messages/{said['id']}/reactions/%F0%9F%91%8D")
    await bo.post(f"/api/channels/{channel_id}/messages", {"content": "yes", "parentMessageId": said["id"]})
    edited = await ada.post(f"/api/channels/{channel_id}/messages", {"content": "mistake"})
    await ada.do("PUT", f"/api/messages/{edited['id']}", {"content": "edited"})
    await ada.post(f"/api/channels/{channel_id}/polls", {"question": "Tea?", "options": ["yes", "no"]})
    await bo.do("PUT", f"/api/channels/{channel_id}/draft", {"content": "later"})
    await bo.do("PUT", f"/api/messages/{said['id']}/saved", {"note": "keep"})
    await bo.post("/api/reminders", {"messageId": said["id"], "remindAt": LATER})
    await bo.post(f"/api/channels/{channel_id}/scheduled", {"content": "new year", "sendAt": LATER})
    await ada.post(f"/api/channels/{channel_id}/bookmarks", {"title": "Here", "url": "https://example.com/"})
    hook = {"name": "Told", "url": "https://93.184.215.14/hook", "triggerWords": ["nobody-says-this"]}
    await ada.post(f"/api/channels/{channel_id}/outgoing-hooks", hook)


async def everything(channel_id: str, ada: Person, bo: Person) -> dict[str, Any]:
    """What is to be the same wherever it is."""
    history = await ada.history(channel_id)
    paths = {
        "thread": f"/api/messages/{history[0]['id']}/thread",
        "edits": f"/api/messages/{history[2]['id']}/history",
        "unread": f"/api/channels/{channel_id}/unread?explain=true",
        "drafts": "/api/drafts",
        "saved": "/api/saved",
        "reminders": "/api/reminders",
        "scheduled": "/api/scheduled",
        "bookmarks": f"/api/channels/{channel_id}/bookmarks",
    }
    told = {name: await bo.get(path) for name, path in paths.items()}
    hooks = await ada.get(f"/api/channels/{channel_id}/outgoing-hooks")
    return {**told, "history": history, "hooks": hooks}


async def say_where(installation: Installation, slots: str) -> None:
    """The gateway is started anew with another map."""
    gateway = installation.gateway
    await gateway.stop()
    urls = f"{installation.home.url};{installation.other.url}={slots}"
    gateway.environment = {**gateway.environment, "NEXUS_MESSAGING_URL": urls}
    await gateway.start(WITHIN)


async def move_and(
    strike: Callable[[asyncio.subprocess.Process], None], step: str, slot: int, source: str, target: str
) -> tuple[int, str]:
    """Move a slot, and strike as below."""
    urls = {"NEXUS_SOURCE_URL": source, "NEXUS_TARGET_URL": target}
    return await administer_and(strike, step, "move-slot", str(slot), **urls)


async def administer_and(
    strike: Callable[[asyncio.subprocess.Process], None], step: str, *arguments: str, **urls: str
) -> tuple[int, str]:
    """Give the command, and strike when it has come so far, and no further; how it ended, and all that it said."""
    run = await asyncio.create_subprocess_exec(
        sys.executable, "-c", STEP_BY_STEP, *arguments, env={**os.environ, **urls},
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    assert run.stdout is not None
    assert run.stdin is not None
    said = ""
    async with asyncio.timeout(WITHIN * 2):
        while line := (await run.stdout.readline()).decode():
            said += line
            if step in line:
                strike(run)
                break
            run.stdin.write(b"\n")
        run.stdin.close()
        said += (await run.stdout.read()).decode()
        return await run.wait(), said
