"""Bots are let into their workspace when identity tells of them, and do what their tokens are good for alone."""

from typing import Any
from uuid import UUID, uuid4

import aiohttp
import asyncpg
import pytest_asyncio
from chassis.scopes import Scope
from eventbus.inbox import deliver
from messaging.application import ROUTERS
from messaging.handlers import CONSUMES
from messaging.permissions import SCOPES, Action
from nexus.identity.v1.user_event_pb2 import UserEvent
from office import Asker, Office
from testkit import Issuer

USERS = CONSUMES[UserEvent]


def a_bot(workspace_id: str, maker_id: UUID, bot_id: UUID | None = None, is_removed: bool = False) -> UserEvent:
    event = UserEvent(user_id=str(bot_id or uuid4()))
    event.meta.id, event.meta.actor_id = str(uuid4()), str(maker_id)
    saved = event.user_saved
    saved.organization_id, saved.email, saved.name = str(uuid4()), "bot@bots.invalid", "Builder"
    saved.is_bot, saved.bot_workspace_id, saved.is_removed = True, workspace_id, is_removed
    return event


class Bots:
    """Programs with tokens that are good for some scopes."""

    def __init__(self, office: Office, pool: asyncpg.Pool, http: aiohttp.ClientSession, url: str, tokens: Issuer):
        self.office, self.pool, self.http, self.url, self.tokens = office, pool, http, url, tokens
        self.id = uuid4()

    async def come(self, maker: Asker) -> None:
        await deliver(a_bot(self.office.workspace_id, maker.user_id, self.id), USERS, self.pool, "messaging")

    async def go(self) -> None:
        gone = a_bot(self.office.workspace_id, self.office.owner.user_id, self.id, is_removed=True)
        await deliver(gone, USERS, self.pool, "messaging")

    def good_for(self, *scopes: str) -> Asker:
        headers = self.tokens.bearer(self.id, name="Builder", claims={"scope": " ".join(scopes)})
        return Asker(self.http, self.url, self.id, "bot@bots.invalid", headers)


@pytest_asyncio.fixture
async def bots(office: Office, pool: asyncpg.Pool, http: aiohttp.ClientSession, url: str, tokens: Issuer) -> Bots:
    return Bots(office, pool, http, url, tokens)


async def members(office: Office) -> dict[str, Any]:
    _, listed = await office.owner.get(f"/api/workspaces/{office.workspace_id}/members")
    return {member["userId"]: member for member in listed["members"]}


async def test_a_bot_of_an_admins_making_is_let_in_once_and_marked(office: Office, bots: Bots) -> None:
    await bots.come(office.owner)
    assert (await members(office))[str(bots.id)]["isBot"]
    assert not (await members(office))[str(office.owner.user_id)]["isBot"]
    assert (await office.owner.delete(f"/api/workspaces/{office.workspace_id}/members/{bots.id}"))[0] == 204
    await bots.come(office.owner)  # told again: who was sent away stays away
    assert str(bots.id) not in await members(office)


async def test_a_bot_of_anybody_elses_making_stays_outside(office: Office, bots: Bots) -> None:
    for maker in (office.member, office.guest, office.stranger):
        bots.id = uuid4()
        await bots.come(maker)
        assert str(bots.id) not in await members(office)


async def test_a_removed_bot_leaves_its_workspace(office: Office, bots: Bots) -> None:
    await bots.come(office.owner)
    for _ in range(2):
        await bots.go()
        assert str(bots.id) not in await members(office)


async def test_a_bot_writes_and_reads_with_the_scopes_for_it(office: Office, bots: Bots) -> None:
    await bots.come(office.owner)
    path = f"/api/channels/{office.general_id}/messages"
    writer, reader = bots.good_for(Scope.MESSAGES_WRITE), bots.good_for(Scope.MESSAGES_READ)
    status, message = await writer.post(path, {"content": "beep"})
    assert (status, message["userId"], message["via"]) == (201, str(bots.id), None)
    assert (await reader.get(path))[1]["messages"] == [message]
    for refused in (
        await reader.post(path, {"content": "beep"}),
        await writer.get(path),
        await writer.put(f"/api/messages/{message['id']}/reactions/x", None),
        await bots.good_for("").get(path),
    ):
        assert (refused[0], refused[1]["type"]) == (403, "out_of_scope")


async def test_with_every_scope_a_bot_still_may_only_what_its_place_allows(office: Office, bots: Bots) -> None:
    await bots.come(office.owner)
    bot = bots.good_for(*Scope)
    assert (await bot.post(f"/api/channels/{office.channel_id}/messages", {"content": "x"}))[0] == 404
    workspace = f"/api/workspaces/{office.workspace_id}"
    for method, path, body in (
        ("POST", "/api/workspaces", {"name": "Mine"}),
        ("PUT", workspace, {"name": "Mine"}),
        ("POST", f"{workspace}/invite", {"emails": ["a@example.com"]}),
        ("PUT", f"{workspace}/members/{bots.id}", {"role": "owner"}),
        ("POST", f"/api/channels/{office.general_id}/hooks", {"name": "Mine"}),
        ("POST", f"/api/channels/{office.general_id}/commands", {"command": "me", "text": "x"}),
    ):
        status, problem = await bot.ask(method, path, body)
        assert (status, problem["type"]) == (403, "out_of_scope"), path


def test_scopes_are_for_actions_that_routes_ask() -> None:
    assert set(SCOPES) <= set(Action)
    assert set(SCOPES.values()) == {scope for scope in Scope if not scope.startswith("files:")}  # those are files' own
    assert len(ROUTERS) > 10
