"""Requests for messaging find their way to the database that they are about, or to all of them."""

import asyncio
import logging
from collections.abc import Sequence
from typing import Any, TypeAlias
from uuid import UUID

import aiohttp
import orjson
from chassis.problems import Problem
from chassis.requests import out_of_scope
from chassis.slots import slot_of_name, slot_of_people
from fastapi import Request
from starlette.responses import Response

from gateway.proxy import Proxy, unverified
from gateway.sharding import gathering, merging
from gateway.sharding.merging import Merge
from gateway.sharding.shards import HOME, Shards
from gateway.upstreams import Upstream

log = logging.getLogger(__name__)
# How long an answer waits for the copies of what was changed.
COPIED_WITHIN = 3.0
Parts: TypeAlias = Sequence[str]
LISTS: dict[tuple[str, ...], Merge] = {
    ("unread",): merging.unread,
    ("threads",): merging.threads,
    ("drafts",): merging.drafts,
    ("scheduled",): merging.scheduled,
    ("reminders",): merging.reminders,
    ("sync", "digest"): merging.digest,
    ("workspaces", "*", "channels"): merging.channels,
    ("workspaces", "*", "members"): merging.members,
    ("workspaces", "*", "reports"): merging.reports,
    ("workspaces", "*", "holds"): merging.holds,
    ("workspaces", "*", "retention", "reports"): merging.reports,
}


class Passing:
    """Passes on what is asked of messaging, by the ids in its path and, where nothing there says it, in its body."""

    def __init__(
        self, proxy: Proxy, http: aiohttp.ClientSession, upstreams: Sequence[Upstream], shards: Shards
    ) -> None:
        self._proxy, self._http, self._upstreams, self._shards = proxy, http, upstreams, shards

    async def pass_on(self, request: Request) -> Response:
        """`Problem` 503 if the database does not answer, or the channel is on its way to another."""
        self._proxy.check_session(request)
        parts = request.url.path.removeprefix("/api/").rstrip("/").split("/")
        if request.method == "GET":
            return await self._read(request, parts)
        return await self._changed(request, parts)

    async def _read(self, request: Request, parts: Parts) -> Response:
        merge = LISTS.get(
            tuple("*" if parts[0] == "workspaces" and place == 1 else each for place, each in enumerate(parts))
        )
        if merge:
            return gathering.merged(await self._all(request), merge, request.query_params)
        match parts:
            case ["saved"]:
                return await self._saved(request)
            case ["workspaces", _, "retention", "reports", _]:
                return gathering.first_found(await self._all(request))
        return await self._to(request, self._by_path(parts))

    async def _changed(self, request: Request, parts: Parts) -> Response:
        match request.method, *parts:
            case ["POST", "messages", message_id, "forward"] if _is_id(message_id):
                target = self._shards.of((await _body(request)).get("channelId"))
                if target != self._shards.of(message_id):
                    return await self._forward(request, message_id, target)
            case ["PUT", "channels", channel_id]:
                await self._check_name(request, channel_id)
        place = await self._place(request, parts)
        answer = await self._to(request, place)
        if place == HOME and parts[0] not in ("channels", "messages") and answer.status_code < 300:
            await self._copied()
        return answer

    async def _place(self, request: Request, parts: Parts) -> int:
        """Where it is changed, which not every path says by its first id."""
        match request.method, *parts:
            case ["POST", "workspaces", workspace_id, "channels"]:
                return await self._of_new_channel(request, workspace_id)
            case ["POST", "workspaces", workspace_id, "direct"]:
                return await self._of_conversation(request, workspace_id)
            case ["POST", "workspaces", _, "holds"]:
                return self._shards.of((await _body(request)).get("channelId"))
            case [_, "workspaces", _, "holds" | "reports", id_, *_]:
                return self._shards.of(id_)
            case ["POST", "reminders"]:
                return self._shards.of((await _body(request)).get("messageId"))
        return self._by_path(parts)

    def _by_path(self, parts: Parts) -> int:
        return self._shards.of(parts[1]) if len(parts) > 1 else HOME

    async def _to(self, request: Request, place: int) -> Response:
        return await self._proxy.pass_to(request, "messaging", self._shards.addresses[place])

    async def _all(self, request: Request, **more: str) -> gathering.Answers:
        return await gathering.ask_all(self._http, self._shards.addresses, request, more)

    async def _saved(self, request: Request) -> Response:
        """What stands behind a message of one database stands, in the others, behind its place."""
        message_id, user_id = request.query_params.get("before"), _asker(request)
        if not message_id or not (_is_id(message_id) and _is_id(user_id)):
            return gathering.merged(await self._all(request), merging.saved, request.query_params)
        path = f"/internal/users/{user_id}/saved/{message_id}"
        told: Any = await self._upstreams[self._shards.of(message_id)].get(path)
        answers = await self._all(request, before="", place=told["place"])
        return gathering.merged(answers, merging.saved, request.query_params)

    async def _of_new_channel(self, request: Request, workspace_id: str) -> int:
        """Where a channel of that name belongs, or is: there it is refused."""
        name = (await _body(request)).get("name")
        if not isinstance(name, str) or not _is_id(workspace_id):
            return HOME
        holder = await self._holder(workspace_id, name)
        return self._shards.of(holder) if holder else self._shards.of_slot(slot_of_name(UUID(workspace_id), name))

    async def _of_conversation(self, request: Request, workspace_id: str) -> int:
        named = (await _body(request)).get("userIds")
        people = [*named, _asker(request)] if isinstance(named, list) else [""]
        if not _is_id(workspace_id) or not all(map(_is_id, people)):
            return HOME
        return self._shards.of_slot(slot_of_people(UUID(workspace_id), map(UUID, people)))

    async def _forward(self, request: Request, message_id: str, place: int) -> Response:
        """From one database the message with whoever reads it, into another if those who read there are among these."""
        token = request.headers.get("authorization", "")[7:]
        asker = await request.app.state.verifier.verify(token)
        if asker.scopes is not None:
            raise out_of_scope()
        source, person = self._upstreams[self._shards.of(message_id)], f"/internal/users/{asker.user_id}"
        shown = await source.post(f"{person}/forwarded/{message_id}", {})
        asked = {"wanted": await _body(request), "source": shown}
        told = await self._upstreams[place].post(f"{person}/forwards", asked)
        return Response(orjson.dumps(told), 201, {"Cache-Control": "private, no-store"}, "application/json")

    async def _check_name(self, request: Request, channel_id: str) -> None:
        """`Problem` 409 for a name that a channel elsewhere has; who may not see this one learns nothing."""
        name = (await _body(request)).get("name")
        if not isinstance(name, str) or not _is_id(channel_id):
            return
        own, token = self._upstreams[self._shards.of(channel_id)], request.headers.get("authorization", "")[7:]
        try:
            await own.ask("GET", f"/api/channels/{channel_id}/permissions", None, token)
            told: Any = await own.get(f"/internal/channels/{channel_id}/workspace")
        except Problem:
            return  # whoever is asked to change it refuses
        holder = await self._holder(told["workspaceId"], name)
        if holder and holder != channel_id:
            raise Problem(409, "channel_name_taken", f"There is a channel called {name[:255]} already.")

    async def _holder(self, workspace_id: str, name: str) -> str | None:
        """Which channel has the name, as far as they answer."""
        asked = {"workspaceId": workspace_id, "name": name}
        told = await asyncio.gather(
            *(_or_none(each.post("/internal/channel-names", asked)) for each in self._upstreams)
        )
        return next((each["channelId"] for each in told if each and each["channelId"]), None)

    async def _copied(self) -> None:
        """What was changed at home holds everywhere before it is said to be: what follows may be asked elsewhere."""
        told = await _or_none(self._upstreams[HOME].get("/internal/position"))
        if told:
            path = f"/internal/copies?position={told['position']}"
            waits = [_or_none(self._upstreams[place].get(path)) for place in self._shards.others]
            for place, copied in zip(self._shards.others, await asyncio.gather(*waits), strict=True):
                if not (copied and copied["haveCome"]):
                    log.warning("database %d is behind home", place)


async def _or_none(asked: Any) -> Any:
    """What is told, if it is in time."""
    try:
        async with asyncio.timeout(COPIED_WITHIN):
            return await asked
    except (Problem, TimeoutError):
        return None


async def _body(request: Request) -> dict[str, Any]:
    """What a small body says; nothing if it is not JSON, which its reader refuses."""
    try:
        told = orjson.loads(await request.body())
    except orjson.JSONDecodeError:
        return {}
    return told if isinstance(told, dict) else {}


def _asker(request: Request) -> str:
    return unverified(request.headers.get("authorization", ""), "sub")


def _is_id(text: object) -> bool:
    try:
        return isinstance(text, str) and bool(UUID(text))
    except ValueError:
        return False
