"""Two ready-made accounts in one workspace, made through the front door."""

import asyncio
import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any

from localstack.keys import Keys

WITHIN = 30.0
REQUEST_WITHIN = 10.0
PASSWORD_BYTES = 6
WORKSPACE = "Nexus"
ALICE, BOB = ("alice@example.com", "Alice"), ("bob@example.com", "Bob")


class Refused(Exception):
    """The product answered a request with a problem."""

    def __init__(self, status: int, problem: dict[str, Any]) -> None:
        super().__init__(f"{status} {problem.get('type')}: {problem.get('detail') or problem.get('title')}")
        self.status = status


@dataclass(frozen=True, slots=True)
class Api:
    """The public API as one user sees it."""

    address: str
    token: str = ""

    async def call(self, method: str, path: str, body: object = None) -> dict[str, Any]:
        return await asyncio.to_thread(self._call, method, path, body)

    def _call(self, method: str, path: str, body: object) -> dict[str, Any]:
        request = urllib.request.Request(self.address + path, method=method)
        if self.token:
            request.add_header("Authorization", f"Bearer {self.token}")
        if body is not None:
            request.data = json.dumps(body).encode()
            request.add_header("Content-Type", "application/json")
        try:
            with urllib.request.urlopen(request, timeout=REQUEST_WITHIN) as answer:
                return _document(answer.read())
        except urllib.error.HTTPError as error:
            with error:
                raise Refused(error.code, _document(error.read())) from None


def _document(body: bytes) -> dict[str, Any]:
    try:
        document = json.loads(body or b"{}")
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}


async def make(address: str, keys: Keys) -> str:
    """Have both accounts and their workspace, however far an earlier start got; answers their password."""
    password = keys.get("demo-password", PASSWORD_BYTES)
    async with asyncio.timeout(WITHIN):
        alice = await _enter(Api(address), ALICE, password, {"organizationName": WORKSPACE})
        workspace = await _workspace(alice)
        bob = await _login(Api(address), BOB[0], password)
        if bob is None:
            await _invite(alice, workspace)
            bob = await _enter(Api(address), BOB, password, {"invitationToken": await _invitation(alice, workspace)})
        if not await _workspace_ids(bob):
            await _settled(bob, "POST", "/api/invitations/accept", {"token": await _invitation(alice, workspace)})
    return password


async def _login(api: Api, email: str, password: str) -> Api | None:
    try:
        answer = await _settled(api, "POST", "/api/auth/login", {"email": email, "password": password})
    except Refused as refusal:
        if refusal.status == 401:
            return None
        raise
    return Api(api.address, answer["accessToken"])


async def _enter(api: Api, person: tuple[str, str], password: str, more: dict[str, str]) -> Api:
    email, name = person
    if known := await _login(api, email, password):
        return known
    draft = {"email": email, "password": password, "name": name, **more}
    answer = await _settled(api, "POST", "/api/auth/register", draft)
    return Api(api.address, answer["accessToken"])


async def _workspace_ids(api: Api) -> dict[str, str]:
    listed = await _settled(api, "GET", "/api/workspaces")
    return {workspace["name"]: workspace["id"] for workspace in listed["workspaces"]}


async def _workspace(alice: Api) -> str:
    known = await _workspace_ids(alice)
    if WORKSPACE in known:
        return known[WORKSPACE]
    made = await _settled(alice, "POST", "/api/workspaces", {"name": WORKSPACE})
    return str(made["id"])


async def _invite(alice: Api, workspace: str) -> None:
    await _settled(alice, "POST", f"/api/workspaces/{workspace}/invite", {"emails": [BOB[0]]})


async def _invitation(alice: Api, workspace: str) -> str:
    listed = await _settled(alice, "GET", f"/api/workspaces/{workspace}/invitations")
    tokens = [
        str(row["token"]) for row in listed["invitations"] if row["email"] == BOB[0] and row["status"] == "pending"
    ]
    return tokens[-1]


async def _settled(api: Api, method: str, path: str, body: object = None) -> dict[str, Any]:
    """Ask again while a service has not yet heard what another one told; the caller's deadline ends it."""
    while True:
        try:
            return await api.call(method, path, body)
        except Refused as refusal:
            if refusal.status not in {404, 429, 502, 503, 504} and not (refusal.status == 401 and api.token):
                raise
        except (TimeoutError, urllib.error.URLError, ConnectionError):
            pass
        await asyncio.sleep(0.2)
