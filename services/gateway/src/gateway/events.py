"""What a client may ask over its socket: one table of events, each answered by acknowledgement."""

import re
import time
from collections.abc import Awaitable, Callable, Mapping
from secrets import token_hex
from typing import Any, TypeAlias
from urllib.parse import quote

from chassis.problems import Problem, not_found
from chassis.requests import out_of_scope
from chassis.scopes import Scope
from chassis.tokens import unauthenticated

from gateway.arrivals import Arrivals
from gateway.channels import Channels
from gateway.ephemeral import Ephemeral
from gateway.namespaces import RefusedEvent
from gateway.packets import Json, encode_event
from gateway.people import Client, Person, require_voice
from gateway.recent import Recent
from gateway.sends import Sends
from gateway.sockets import Ack
from gateway.traffic import Traffic
from gateway.upstreams import Upstream

TYPING = "nexus:typing"
ID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
Body: TypeAlias = dict[str, Json]
Answer: TypeAlias = dict[str, Json]


class Events:
    """Handles the events of all sockets. Who may do it is decided by the service that owns the data; for what no
    service owns (typing), by the rooms that the socket is in."""

    def __init__(
        self,
        sends: Sends,
        messaging: Upstream,
        presence: Upstream,
        channels: Channels,
        recent: Recent,
        arrivals: Arrivals,
        ephemeral: Ephemeral,
        traffic: Traffic,
    ) -> None:
        self._recent, self._traffic = recent, traffic
        self._sends, self._messaging, self._presence = sends, messaging, presence
        self._channels, self._arrivals, self._ephemeral = channels, arrivals, ephemeral
        self._gateway_id = token_hex(8)
        ephemeral.listen(TYPING, self._typing_elsewhere)

    async def handle(self, socket: Client, name: str, args: list[Json], ack: Ack[Person] | None) -> None:
        """Answer an event: the acknowledgement is `{ok: true, ...}` or `{ok: false, error}`."""
        try:
            answer = await self._answer(socket, name, args)
        except Problem as problem:
            refuse(socket, RefusedEvent(name, problem.type, problem.detail, problem.extra), ack)
        else:
            if ack:
                ack({"ok": True, **answer})
            if name == "sync":
                self._channels.end_sync(socket, _last_seqs(answer) if ack else {}, self._recent.place)

    async def _answer(self, socket: Client, name: str, args: list[Json]) -> Answer:
        handler = HANDLERS.get(name)
        if handler is None:
            raise Problem(422, "unknown_event", f"There is no event called {name[:64]}.")
        body = args[0] if args else None
        if not isinstance(body, dict) or len(args) > 1:
            raise _invalid(f"{name} takes one object")
        if socket.data.principal.expires_at + LEEWAY < time.time() and name != "auth:refresh":
            raise unauthenticated("The access token has expired: refresh it and send auth:refresh.")
        scope = SCOPES.get(name)
        if scope and not socket.data.principal.has(scope):
            raise out_of_scope(scope)
        return await handler(self, socket, body)

    async def send_message(self, socket: Client, body: Body) -> Answer:
        """`message:send`: acknowledged once it is stored."""
        answer = await self._sends.store(socket.data.user_id, socket.id, body)
        error = answer.get("error")
        if isinstance(error, dict):
            extra = {name: value for name, value in error.items() if name not in ("status", "type", "message")}
            raise Problem(int(str(error.get("status", 503))), str(error["type"]), str(error["message"]), extra=extra)
        return answer

    async def update_message(self, socket: Client, body: Body) -> Answer:
        change = {name: value for name, value in body.items() if name != "messageId"}
        path = f"/api/messages/{_id(body, 'messageId')}"
        return {"message": await self._messaging.ask("PUT", path, change, socket.data.token)}

    async def delete_message(self, socket: Client, body: Body) -> Answer:
        _only(body, "messageId")
        await self._messaging.ask("DELETE", f"/api/messages/{_id(body, 'messageId')}", None, socket.data.token)
        return {}

    async def add_reaction(self, socket: Client, body: Body) -> Answer:
        return await self._react(socket, body, "PUT")

    async def remove_reaction(self, socket: Client, body: Body) -> Answer:
        return await self._react(socket, body, "DELETE")

    async def _react(self, socket: Client, body: Body, method: str) -> Answer:
        _only(body, "messageId", "emoji")
        emoji = body.get("emoji")
        if not isinstance(emoji, str) or not 0 < len(emoji) <= 64 or "/" in emoji or emoji in (".", ".."):
            raise _invalid("emoji: must be text of 1 to 64 characters without a slash")
        path = f"/api/messages/{_id(body, 'messageId')}/reactions/{quote(emoji, safe='')}"
        await self._messaging.ask(method, path, None, socket.data.token)
        return {}

    async def read_channel(self, socket: Client, body: Body) -> Answer:
        """`channel:read`: everything up to a number is read, on all devices."""
        _only(body, "channelId", "seq")
        return await self._read(socket, f"/api/channels/{_id(body, 'channelId')}/read", body)

    async def read_thread(self, socket: Client, body: Body) -> Answer:
        _only(body, "messageId", "seq")
        return await self._read(socket, f"/api/messages/{_id(body, 'messageId')}/thread/read", body)

    async def _read(self, socket: Client, path: str, body: Body) -> Answer:
        answer = await self._messaging.ask("PUT", path, {"seq": body.get("seq")}, socket.data.token)
        return answer if isinstance(answer, dict) else {}

    async def run_command(self, socket: Client, body: Body) -> Answer:
        """`command:run`: what the command answers within its three seconds."""
        _only(body, "channelId", "command", "text")
        given = {name: value for name, value in body.items() if name != "channelId"}
        path = f"/api/channels/{_id(body, 'channelId')}/commands"
        answer = await self._messaging.ask("POST", path, given, socket.data.token)
        return answer if isinstance(answer, dict) else {}

    async def start_typing(self, socket: Client, body: Body) -> Answer:
        return self._type(socket, body, "typing:start")

    async def stop_typing(self, socket: Client, body: Body) -> Answer:
        return self._type(socket, body, "typing:stop")

    def _type(self, socket: Client, body: Body, name: str) -> Answer:
        """The seeds let clients name themselves; naming somebody else is refused."""
        _only(body, "channelId", "userId")
        channel_id = _id(body, "channelId")
        if body.get("userId", socket.data.user_id) != socket.data.user_id:
            raise Problem(403, "forbidden", "userId: you can only type as yourself.")
        if not self._channels.has(socket, channel_id):
            raise not_found("channel")
        if name == "typing:start":
            require_voice(socket.data, channel_id, self._channels.encoded(channel_id))
        told = {"channelId": channel_id, "userId": socket.data.user_id}
        self._channels.tell(channel_id, encode_event("/", name, told), skip=socket)
        self._ephemeral.publish(TYPING, {"gateway": self._gateway_id, "event": name, "told": told})
        return {}

    def _typing_elsewhere(self, body: Any) -> None:
        if body["gateway"] != self._gateway_id and body["event"] in ("typing:start", "typing:stop"):
            channel_id = body["told"]["channelId"]
            if channel_id in self._channels:
                self._channels.tell(channel_id, encode_event("/", body["event"], body["told"]))

    async def update_presence(self, socket: Client, body: Body) -> Answer:
        answer = await self._presence.ask("PUT", "/api/presence", body, socket.data.token)
        return {"status": answer["status"]} if isinstance(answer, dict) else {}

    async def sync(self, socket: Client, body: Body) -> Answer:
        """What the client missed. Live messages wait meanwhile, so that it gets all of them in order, none twice."""
        _only(body, "channels", "revisions")
        if not self._channels.begin_sync(socket):
            raise Problem(409, "sync_under_way", "The last sync has not been answered yet.")
        try:
            told = await self._messaging.post(f"/internal/users/{socket.data.user_id}/sync", body)
        except BaseException:  # of time running out, too: who is told nothing must not wait on
            self._channels.end_sync(socket, {}, self._recent.place)
            raise
        answer = told if isinstance(told, dict) else {}
        self._traffic.resumes["reset" if _has_resets(answer) else "synced"] += 1
        return answer

    async def refresh(self, socket: Client, body: Body) -> Answer:
        """`auth:refresh`: a new access token for the same session keeps the socket open."""
        _only(body, "token")
        person = await self._arrivals.identify(body.get("token"))
        now = socket.data.principal
        if (person.principal.user_id, person.principal.session_id) != (now.user_id, now.session_id):
            raise unauthenticated("The token is not of the session that opened this connection.")
        socket.data.principal, socket.data.token = person.principal, person.token
        return {"expiresAt": round(person.principal.expires_at)}


LEEWAY = 30
Handler: TypeAlias = Callable[[Events, Client, Body], Awaitable[Answer]]
HANDLERS: Mapping[str, Handler] = {
    "message:send": Events.send_message,
    "message:update": Events.update_message,
    "message:delete": Events.delete_message,
    "reaction:add": Events.add_reaction,
    "reaction:remove": Events.remove_reaction,
    "command:run": Events.run_command,
    "channel:read": Events.read_channel,
    "thread:read": Events.read_thread,
    "typing:start": Events.start_typing,
    "typing:stop": Events.stop_typing,
    "presence:update": Events.update_presence,
    "sync": Events.sync,
    "auth:refresh": Events.refresh,
}
# What a bot's token must be good for, where this gateway itself answers; of what it asks a service, that decides.
SCOPES: Mapping[str, Scope] = {
    "message:send": Scope.MESSAGES_WRITE,
    "typing:start": Scope.MESSAGES_WRITE,
    "typing:stop": Scope.MESSAGES_WRITE,
    "sync": Scope.MESSAGES_READ,
}
# These wait for nobody.
AT_ONCE = frozenset({"typing:start", "typing:stop"})
FAILURES = {name: name.replace(":", "_") + "_failed" for name in HANDLERS}


def refuse(socket: Client, refused: RefusedEvent, ack: Ack[Person] | None) -> None:
    """By acknowledgement if one was asked for, and by the `error` event, whose type names what failed."""
    error: Answer = {**refused.extra, "type": refused.type, "message": refused.message}
    if ack:
        ack({"ok": False, "error": error})
    socket.emit("error", {"type": FAILURES.get(refused.name, "request_failed"), "error": error})


def _last_seqs(answer: Answer) -> dict[str, int]:
    channels = answer.get("channels")
    if not isinstance(channels, dict):
        return {}
    return {id_: told["lastSeq"] for id_, told in channels.items() if isinstance(told, dict) and "lastSeq" in told}  # type: ignore[misc]


def _has_resets(answer: Answer) -> bool:
    channels = answer.get("channels")
    return isinstance(channels, dict) and any(isinstance(told, dict) and "reset" in told for told in channels.values())


def _id(body: Body, name: str) -> str:
    """An id, once it is known to be one: it becomes part of a path."""
    given = body.get(name)
    if isinstance(given, str) and ID.fullmatch(given):
        return given.lower()
    raise _invalid(f"{name}: must be an id")


def _only(body: Body, *names: str) -> None:
    if unknown := sorted(set(body) - set(names)):
        raise _invalid(f"{unknown[0][:64]}: is not known here")


def _invalid(detail: str) -> Problem:
    return Problem(422, "invalid_request", detail)
