"""The service as its own process, between the real parts."""

import hashlib
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any
from uuid import uuid4

import aiohttp
import asyncpg
import pytest
from eventbus import Producer, Record, topic_of
from nexus.identity.v1.user_event_pb2 import UserEvent
from nexus.messaging.v1.invitation_event_pb2 import InvitationEvent
from testkit import Process, eventually, process
from testkit.kafka import records
from testkit.ports import free_port
from uuid_utils.compat import uuid7

NOBODY = "127.0.0.1:1"
Starts = Callable[..., AbstractAsyncContextManager[Process]]


@pytest.fixture
def starts(database_url: str, redis_url: str, monkeypatch: pytest.MonkeyPatch) -> Starts:
    """Starts `python -m identity`, which asks itself for the keys."""
    port = free_port()
    monkeypatch.setattr("testkit.services.free_port", lambda: port)
    return lambda kafka_url, **settings: process(
        "identity", database_url=database_url, redis_url=redis_url, kafka_url=kafka_url,
        jwks_url=f"http://127.0.0.1:{port}/.well-known/jwks.json",
        settings={"NEXUS_IDENTITY_SECRET": "s" * 32, **settings},
    )  # fmt: skip


async def ask(running: Process, method: str, path: str, body: object = None, token: str = "") -> tuple[int, Any]:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with (
        aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=8)) as http,
        http.request(method, running.url + path, json=body, headers=headers) as answer,
    ):
        return answer.status, await answer.json(content_type=None)


async def register(running: Process, **said: object) -> tuple[int, Any]:
    draft = {"email": f"{uuid4().hex}@example.com", "password": "correct horse battery", "name": "Kim", **said}
    return await ask(running, "POST", "/api/auth/register", draft)


def invite(organization_id: str, email: str, token: str) -> InvitationEvent:
    event = InvitationEvent(invitation_id=str(uuid7()))
    event.meta.id = str(uuid7())
    event.invitation_issued.organization_id = organization_id
    event.invitation_issued.email = email
    event.invitation_issued.token_hash = hashlib.sha256(token.encode()).hexdigest()
    event.invitation_issued.expires_at.FromSeconds(4_000_000_000)
    return event


async def publish(kafka_url: str, event: InvitationEvent, value: bytes | None) -> None:
    async with Producer(kafka_url, "test") as producer:
        await producer.publish([Record(topic_of(InvitationEvent).name, event.invitation_id.encode(), value)])


async def test_users_are_told_and_invitations_are_heard_over_kafka(starts: Starts, kafka_url: str) -> None:
    async with starts(kafka_url) as running:
        _, kim = await register(running)

        async def told() -> bool:
            topic = topic_of(UserEvent)
            events = [UserEvent.FromString(r.value) for r in await records(kafka_url, topic.name, topic.partitions)]
            return any(event.user_id == kim["user"]["id"] for event in events)

        await eventually(told, within=15)

        invitation = invite(kim["user"]["organizationId"], "lee@example.com", "token")
        await publish(kafka_url, invitation, invitation.SerializeToString())

        async def joined() -> Any:
            status, answer = await register(running, email="lee@example.com", invitationToken="token")
            return answer if status == 201 else None

        lee = await eventually(joined, within=15)
        assert lee["user"]["organizationId"] == kim["user"]["organizationId"]
        await publish(kafka_url, invitation, None)

        async def forgotten() -> bool:
            answer = await register(running, invitationToken="token")
            return answer[0] == 404

        await eventually(forgotten, within=15)
        assert await running.terminate() == 0


async def test_it_works_without_kafka_and_through_a_database_that_drops_everybody(
    starts: Starts, postgres_url: str, database_url: str
) -> None:
    async with starts(NOBODY) as running:
        status, kim = await register(running)
        assert status == 201
        admin = await asyncpg.connect(postgres_url)
        await admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND pid <> pg_backend_pid()",
            database_url.rpartition("/")[2],
        )
        await admin.close()

        async def back() -> bool:
            return (await ask(running, "GET", "/api/users/me", token=kim["accessToken"]))[0] == 200

        await eventually(back, within=10)
        assert running.child.returncode is None
        # Nothing secret is in the log.
        assert "s" * 32 not in running.output
        assert kim["refreshToken"] not in running.output
        assert "correct horse" not in running.output
