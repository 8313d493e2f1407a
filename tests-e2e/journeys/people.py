"""People of the product and what they do over HTTP."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import aiohttp
from testkit import eventually

from journeys.sockets import Bridge, Client

PASSWORD = "a good long password"
# People who can be invited, or added to a channel, by one request.
AT_ONCE = 100
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a request was answered with."""

    status: int
    body: Json
    headers: dict[str, str]

    @property
    def refusal(self) -> tuple[int, str]:
        """Status and type of a problem document, which must be a whole one."""
        assert self.headers.get("content-type") == "application/problem+json", self
        assert self.body["status"] == self.status
        assert self.body["title"]
        assert self.body["detail"]
        return self.status, str(self.body["type"])


@dataclass(slots=True)
class Api:
    """The product's HTTP API as one caller sees it."""

    http: aiohttp.ClientSession
    token: str | None = None

    async def ask(self, method: str, path: str, body: object = None, **options: Any) -> Answer:
        """Ask for anything; whatever the answer, it is returned."""
        headers = {**({"Authorization": f"Bearer {self.token}"} if self.token else {}), **options.pop("headers", {})}
        if body is not None:
            options["json"] = body
        async with self.http.request(method, path, headers=headers, **options) as answer:
            text = await answer.read()
            told = await answer.json(content_type=None) if text else {}
            return Answer(answer.status, told, {name.lower(): value for name, value in answer.headers.items()})

    async def do(self, method: str, path: str, body: object = None) -> Json:
        """Ask for what must be done."""
        answer = await self.ask(method, path, body)
        assert answer.status < 400, f"{method} {path}: {answer}"
        return answer.body

    async def get(self, path: str) -> Json:
        return await self.do("GET", path)

    async def post(self, path: str, body: object = None) -> Json:
        return await self.do("POST", path, body)


@dataclass(slots=True)
class Person(Api):
    """Somebody with an account. `bridge` is where their clients live."""

    user: Json = field(kw_only=True)
    refresh_token: str = field(kw_only=True)
    bridge: Bridge = field(kw_only=True)
    clients: list[Client] = field(default_factory=list, kw_only=True)

    @property
    def id(self) -> str:
        return str(self.user["id"])

    async def connect(self, transport: str = "websocket", reopen: bool = False, urls: Sequence[str] = ()) -> Client:
        """A client of theirs, connected."""
        client = await self.bridge.open(self.token, transport, reopen, urls)
        self.clients.append(client)
        return await client.connected()

    async def history(self, channel_id: str, limit: int = 200) -> list[Json]:
        """The newest messages of a channel, oldest first."""
        page = await self.get(f"/api/channels/{channel_id}/messages?limit={limit}")
        messages: list[Json] = page["messages"]
        return messages

    async def everything(self, channel_id: str) -> list[Json]:
        """A channel's whole history, page by page."""
        path = f"/api/channels/{channel_id}/messages?limit=200"
        page = await self.get(path)
        messages: list[Json] = page["messages"]
        while page["hasMore"]:
            page = await self.get(f"{path}&before={messages[0]['id']}")
            messages = page["messages"] + messages
        return messages

    async def channel(self, workspace_id: str, name: str, **more: object) -> str:
        """Make a channel."""
        made = await self.post(f"/api/workspaces/{workspace_id}/channels", {"name": name, **more})
        return str(made["id"])

    async def invite(self, workspace_id: str, email: str) -> str:
        """Invite somebody; the token that an admin finds among the invitations."""
        answer = await self.post(f"/api/workspaces/{workspace_id}/invite", {"emails": [email]})
        assert answer == {"sent": [email], "failed": []}
        listed = await self.get(f"/api/workspaces/{workspace_id}/invitations")
        (token,) = [row["token"] for row in listed["invitations"] if row["email"] == email]
        return str(token)


@dataclass(slots=True)
class Team:
    """A workspace with a channel that all its people are in."""

    workspace_id: str
    channel_id: str
    people: list[Person]

    def __iter__(self) -> Any:
        return iter(self.people)


@dataclass(slots=True)
class Town:
    """Where people come from."""

    http: aiohttp.ClientSession
    bridge: Bridge

    @property
    def stranger(self) -> Api:
        """Somebody who is not signed in."""
        return Api(self.http)

    async def register(self, name: str = "Somebody", email: str = "", **more: str) -> Person:
        """A new account. An invitation may take a moment to be known where accounts are made."""
        email = email or address(name)
        draft = {"email": email, "password": PASSWORD, "name": name, **more}

        async def registered() -> Json:
            answer = await self.stranger.ask("POST", "/api/auth/register", draft)
            assert answer.status == 201, answer
            return answer.body

        return self._person(await eventually(registered))

    async def sign_in(self, email: str, password: str = PASSWORD) -> Person:
        return self._person(await self.stranger.post("/api/auth/login", {"email": email, "password": password}))

    async def join(self, owner: Person, workspace_id: str, name: str) -> Person:
        """Somebody who was invited, registered with the invitation, and accepted it."""
        email = address(name)
        token = await owner.invite(workspace_id, email)
        person = await self.register(name, email, invitationToken=token)
        await person.post("/api/invitations/accept", {"token": token})
        return person

    async def crowd(self, owner: Person, workspace_id: str, number: int) -> list[Person]:
        """So many people who joined a workspace, some at a time."""
        emails = [address("Somebody") for _ in range(number)]
        for start in range(0, number, AT_ONCE):
            await owner.post(f"/api/workspaces/{workspace_id}/invite", {"emails": emails[start : start + AT_ONCE]})
        listed = (await owner.get(f"/api/workspaces/{workspace_id}/invitations"))["invitations"]
        tokens = {row["email"]: row["token"] for row in listed}
        turn = asyncio.Semaphore(8)

        async def join(email: str) -> Person:
            async with turn:
                person = await self.register("Somebody", email, invitationToken=tokens[email])
                await person.post("/api/invitations/accept", {"token": tokens[email]})
                return person

        return await asyncio.gather(*map(join, emails))

    async def team(self, *names: str) -> Team:
        """A workspace of these people; the first is its owner, and all are in its one made channel."""
        owner = await self.register(names[0])
        workspace = await owner.post("/api/workspaces", {"name": "Acme"})
        people = [owner, *[await self.join(owner, workspace["id"], name) for name in names[1:]]]
        channel_id = await owner.channel(workspace["id"], "plans")
        for person in people[1:]:
            await person.post(f"/api/channels/{channel_id}/join")
        return Team(workspace["id"], channel_id, people)

    def _person(self, answer: Json) -> Person:
        return Person(
            self.http, answer["accessToken"], user=answer["user"], refresh_token=answer["refreshToken"],
            bridge=self.bridge,
        )  # fmt: skip


def address(name: str) -> str:
    """An e-mail address that nobody else has."""
    return f"{name.lower().split()[0]}-{uuid4().hex[:12]}@example.com"
