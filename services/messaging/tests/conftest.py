"""Messaging behind a real port, over a database of its own, and people who ask it."""

from collections.abc import AsyncIterator
from itertools import count
from typing import Any
from uuid import UUID

import aiohttp
import asyncpg
import pytest
import pytest_asyncio
from chassis.confined.runner import Runner
from messaging.application import app_of
from messaging.settings import Settings
from office import SECRET, Asker, NewAsker, Office, Sender, invited
from receivers import Receiver, receiving
from testkit import Issuer, served
from uuid_utils.compat import uuid7

NUMBERS = count(1)


@pytest.fixture(scope="session")
def service() -> str:
    return "messaging"


@pytest_asyncio.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60)) as session:
        yield session


@pytest_asyncio.fixture
async def receiver() -> AsyncIterator[Receiver]:
    """A program that integrations are; `asked_places` lets messaging ask it."""
    async with receiving() as listening:
        yield listening


@pytest.fixture
def asked_places() -> str:
    """Places that are not public and may be asked nevertheless."""
    return ""


@pytest_asyncio.fixture(scope="session")
async def decoder() -> AsyncIterator[Runner]:
    """Looks into foreign bytes."""
    async with Runner(most=2) as runner:
        yield runner


@pytest_asyncio.fixture
async def url(
    pool: asyncpg.Pool, database_url: str, tokens: Issuer, asked_places: str, decoder: Runner
) -> AsyncIterator[str]:
    settings = Settings.model_validate(
        {
            "port": 0, "kafka_url": "127.0.0.1:1", "internal_secret": SECRET, "jwks_url": tokens.jwks_url,
            "database_url": database_url, "integrations_allowed": asked_places,
            "public_url": "https://chat.example.com/",
        }
    )  # fmt: skip
    async with served(app_of(settings, pool, decoder)) as base:
        yield base


@pytest.fixture
def person(http: aiohttp.ClientSession, url: str, tokens: Issuer) -> NewAsker:
    """Makes people: `person("Alice")`."""

    def make(name: str = "Someone", organization_id: UUID | None = None) -> Asker:
        user_id, email = uuid7(), f"{name.lower()}{next(NUMBERS)}@example.com"
        said = {"email": email, "name": name, "organization_id": organization_id or uuid7()}
        # A soak takes longer than a token lives.
        headers = tokens.bearer(user_id, expires_in=7_200, **said)
        return Asker(http, url, user_id, email, headers)

    return make


@pytest_asyncio.fixture
async def office(person: NewAsker) -> Office:
    owner, member, guest, stranger = map(person, ("Olga", "Mina", "Gus", "Sam"))
    workspace = await owner.made("/api/workspaces", {"name": "Office"})
    await invited(owner, member, workspace["id"], "member")
    await invited(owner, guest, workspace["id"], "guest")
    _, listed = await owner.get(f"/api/workspaces/{workspace['id']}/channels")
    channel = await owner.made(
        f"/api/workspaces/{workspace['id']}/channels",
        {"name": "plans", "type": "private", "members": [str(member.user_id)]},
    )
    return Office(owner, member, guest, stranger, workspace["id"], listed["channels"][0]["id"], channel["id"])


@pytest.fixture
def send(http: aiohttp.ClientSession, url: str) -> Sender:
    """Posts messages as the gateway does."""

    async def post(sends: list[dict[str, Any]]) -> list[Any]:
        headers = {"Authorization": f"Internal {SECRET}"}
        async with http.post(f"{url}/internal/messages", json={"sends": sends}, headers=headers) as answer:
            told = await answer.json()
            assert answer.status == 200, told
            results: list[Any] = told["results"]
            return results

    return post
