"""What identity does with the events it hears, and that its own are as published."""

import hashlib
import json
from pathlib import Path

import asyncpg
import pytest
from eventbus import InvalidEvent, Tombstone, topic_of
from eventbus.inbox import deliver
from google.protobuf.json_format import ParseDict
from identity import handlers, invitations
from identity.handlers import CONSUMES, PUBLISHES
from nexus.messaging.v1.invitation_event_pb2 import InvitationEvent
from uuid_utils.compat import uuid7

INVITATIONS = CONSUMES[InvitationEvent]


def an_invitation(email: str = "Lee@example.com", token: str = "token") -> InvitationEvent:
    event = InvitationEvent(invitation_id=str(uuid7()))
    event.meta.id = str(uuid7())
    event.invitation_issued.organization_id = str(uuid7())
    event.invitation_issued.email = email
    event.invitation_issued.token_hash = hashlib.sha256(token.encode()).hexdigest()
    event.invitation_issued.expires_at.FromSeconds(4_000_000_000)
    return event


async def test_an_invitation_is_remembered_once_and_forgotten(pool: asyncpg.Pool) -> None:
    event = an_invitation()
    assert await deliver(event, INVITATIONS, pool, "identity")
    assert not await deliver(event, INVITATIONS, pool, "identity")
    row = await pool.fetchrow("SELECT * FROM invitations")
    assert row is not None
    assert (str(row["id"]), row["email"]) == (event.invitation_id, "lee@example.com")
    for _ in range(2):
        await deliver(Tombstone(event.invitation_id), INVITATIONS, pool, "identity")
    assert await pool.fetchval("SELECT count(*) FROM invitations") == 0


async def test_an_invitation_sent_anew_replaces_the_old_one(pool: asyncpg.Pool) -> None:
    first = an_invitation()
    again = an_invitation(token="another")
    again.invitation_id = first.invitation_id
    for event in (first, again):
        await deliver(event, INVITATIONS, pool, "identity")
    async with pool.acquire() as db:
        await db.execute("INSERT INTO organizations VALUES ($1, 'Acme')", again.invitation_issued.organization_id)
        with pytest.raises(invitations.InvitationNotFound):
            await invitations.organization_to_join(db, "token", "lee@example.com")
        assert await invitations.organization_to_join(db, "another", "lee@example.com")


async def test_an_invitation_without_proper_ids_is_a_dead_letter(pool: asyncpg.Pool) -> None:
    event = an_invitation()
    event.invitation_id = "x"
    with pytest.raises(InvalidEvent):
        await deliver(event, INVITATIONS, pool, "identity")
    with pytest.raises(InvalidEvent):
        await deliver(Tombstone("x"), INVITATIONS, pool, "identity")
    assert await pool.fetchval("SELECT count(*) FROM inbox") == 0


def test_the_published_examples_are_events_of_ours(pytestconfig: pytest.Config) -> None:
    for event_type in (*PUBLISHES, *CONSUMES):
        examples = list((pytestconfig.rootpath / "proto/examples" / topic_of(event_type).name).glob("*.json"))
        assert examples, event_type
        for example in examples:
            event = ParseDict(json.loads(Path(example).read_text()), event_type())
            assert event.WhichOneof("payload"), example
            if event_type in CONSUMES:
                assert type(getattr(event, str(event.WhichOneof("payload")))) in handlers.CONSUMES[event_type]
