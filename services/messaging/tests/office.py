"""People who ask messaging for things, and the workspace where they meet."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import aiohttp
import asyncpg
from nexus.messaging.v1.personal_event_pb2 import PersonalEvent
from nexus.messaging.v1.workspace_event_pb2 import WorkspaceEvent

SECRET = "the-secret-of-these-tests"


@dataclass(frozen=True, slots=True)
class Asker:
    """Somebody signed in: `await alice.post("/api/workspaces", {...})` is (status, JSON)."""

    http: aiohttp.ClientSession
    url: str
    user_id: UUID
    email: str
    headers: dict[str, str]

    async def ask(self, method: str, path: str, body: Any = None, **options: Any) -> tuple[int, Any]:
        sent = {"json": body} if body is not None else {}
        async with self.http.request(method, self.url + path, headers=self.headers, **sent, **options) as answer:
            text = await answer.read()
            return answer.status, await answer.json(content_type=None) if text else None

    async def get(self, path: str, **query: Any) -> tuple[int, Any]:
        return await self.ask("GET", path, params=query)

    async def post(self, path: str, body: Any = None) -> tuple[int, Any]:
        return await self.ask("POST", path, body)

    async def put(self, path: str, body: Any) -> tuple[int, Any]:
        return await self.ask("PUT", path, body)

    async def delete(self, path: str) -> tuple[int, Any]:
        return await self.ask("DELETE", path)

    async def made(self, path: str, body: Any = None) -> Any:
        """The JSON of something that must succeed."""
        status, told = await self.post(path, body)
        assert status in (200, 201, 204), told
        return told


NewAsker = Callable[..., Asker]
Sender = Callable[[list[dict[str, Any]]], Awaitable[list[Any]]]


@dataclass(frozen=True, slots=True)
class Office:
    """A workspace with its owner, a member, a guest and a stranger, and a channel of owner and member."""

    owner: Asker
    member: Asker
    guest: Asker
    stranger: Asker
    workspace_id: str
    general_id: str
    channel_id: str

    async def say(self, who: Asker, content: str, **more: Any) -> Any:
        return await who.made(f"/api/channels/{self.channel_id}/messages", {"content": content, **more})

    async def history(self, who: Asker, **query: Any) -> Any:
        status, told = await who.get(f"/api/channels/{self.channel_id}/messages", **query)
        assert status == 200, told
        return told


async def invited(owner: Asker, who: Asker, workspace_id: str, role: str) -> None:
    """Somebody comes by an invitation: guests into the channels that there are."""
    invitation: dict[str, Any] = {"emails": [who.email], "role": role}
    if role == "guest":
        _, listed = await owner.get(f"/api/workspaces/{workspace_id}/channels")
        invitation["channelIds"] = [channel["id"] for channel in listed["channels"]]
    await owner.made(f"/api/workspaces/{workspace_id}/invite", invitation)
    _, told = await owner.get(f"/api/workspaces/{workspace_id}/invitations")
    token = next(row["token"] for row in told["invitations"] if row["email"] == who.email)
    await who.made("/api/invitations/accept", {"token": token})


def a_send(who: Asker, channel_id: str, content: str = "hello", **more: Any) -> dict[str, Any]:
    return {"userId": str(who.user_id), "payload": {"channelId": channel_id, "content": content, **more}}


async def told(pool: asyncpg.Pool) -> list[PersonalEvent]:
    """What was said of people since it was last asked, in its order."""
    rows = await pool.fetch("DELETE FROM outbox WHERE topic = 'messaging.personal' RETURNING id, value")
    return [PersonalEvent.FromString(row["value"]) for row in sorted(rows, key=lambda row: int(row["id"]))]


async def told_of_workspaces(pool: asyncpg.Pool) -> list[WorkspaceEvent]:
    """What was said of what workspaces made for their messages."""
    rows = await pool.fetch("SELECT value FROM outbox WHERE topic = 'messaging.workspaces' ORDER BY id")
    return [WorkspaceEvent.FromString(row["value"]) for row in rows]
