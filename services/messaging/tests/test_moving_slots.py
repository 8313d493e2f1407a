"""A slot moves between two databases: whatever is cut off in the middle, it is in one of them and whole."""

import os
import random
from collections.abc import AsyncIterator
from uuid import UUID

import aiohttp
import asyncpg
import pytest
import pytest_asyncio
from chassis.confined.runner import Runner
from chassis.database import create_pool
from chassis.slots import SLOTS, new_id, slot_of
from cut_wires import wire_to
from messaging import metrics, shards
from messaging.application import app_of
from messaging.personal import reminders
from messaging.settings import Settings
from messaging.sharding import attaching, departures, moving, owning, watching
from office import SECRET, Office
from testkit import Databases, Issuer, served
from two_places import LATER, Place, Two, copy_home, fill, history, leftovers, look, reckon, take_back

ROUNDS = int(os.environ.get("NEXUS_FAULT_ROUNDS", "12"))
SEED = os.environ.get("NEXUS_FAULT_SEED") or str(random.SystemRandom().randrange(10**6))


@pytest_asyncio.fixture
async def two(
    office: Office,
    pool: asyncpg.Pool,
    url: str,
    database: Databases,
    database_url: str,
    tokens: Issuer,
    decoder: Runner,
) -> AsyncIterator[Two]:
    """With a channel of everything that a channel can have; people are known in both."""
    other_url = await database("messaging")
    other_pool = await create_pool(other_url)
    settings = Settings.model_validate(
        {
            "port": 0, "kafka_url": "127.0.0.1:1", "internal_secret": SECRET, "jwks_url": tokens.jwks_url,
            "database_url": other_url,
        }
    )  # fmt: skip
    slot = slot_of(UUID(office.channel_id)) or 0
    await fill(office)
    async with served(app_of(settings, other_pool, decoder)) as other_http:
        here, there = Place(0, database_url, pool, url), Place(1, other_url, other_pool, other_http)
        for place, own in ((here, set(range(SLOTS - 1)) | {slot}), (there, {SLOTS - 1} - {slot} or {0})):
            async with place.pool.acquire() as db:
                await owning.say(db, place.number, own - ({0} if place is here and slot == SLOTS - 1 else set()))
        await copy_home(here, there)
        yield Two(here, there, office, slot)
    other_pool.terminate()


async def test_all_of_a_slot_goes_and_nothing_stays(two: Two) -> None:
    before = await two.here.rows(two.slot)
    assert {"channels", "messages", "drafts", "saved_messages", "reminders", "outgoing_hooks", "endpoints"} <= {*before}
    moved = await two.move()
    assert {table: number for table, number in moved.rows.items() if number} == {
        table: len(rows) for table, rows in before.items()
    }
    assert (await two.here.rows(two.slot), await two.there.rows(two.slot)) == ({}, before)
    assert not await leftovers(two)
    assert (await two.move()).rows == {}  # it is there already
    two.turn()
    await two.move()
    assert await two.there.rows(two.slot) == before


@pytest.mark.timeout(120 + 3 * ROUNDS)
async def test_wherever_it_is_cut_off_it_goes_on_or_is_taken_back(two: Two) -> None:
    dice = random.Random(SEED)
    steps = await steps_of(two)
    cuts = range(1, steps) if steps <= ROUNDS else sorted(dice.sample(range(1, steps), ROUNDS))
    said = len((await history(two))["messages"])
    for cut in cuts:
        before = await two.here.rows(two.slot)
        try:
            async with wire_to(two.here.url, cut) as wire:
                await two.move(wire)
        except (moving.NotMoved, OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            pass
        print(f"seed {SEED}, cut after {cut} of {steps}")
        said += await look(two, before)
        if dice.random() < 0.3:
            await take_back(two)
        if dice.random() < 0.8 or not await two.here.has(two.slot):
            await two.move()
            two.turn()
        await reckon(two, said)


async def steps_of(two: Two) -> int:
    """How many messages to the servers a whole move is; it is moved there and back."""
    async with wire_to(two.here.url) as wire:
        await two.move(wire)
        sent = wire.sent
    two.turn()
    await two.move()
    two.turn()
    return sent


async def test_who_writes_to_a_slot_that_leaves_is_told_to_come_again(two: Two, http: aiohttp.ClientSession) -> None:
    office, path = two.office, f"/api/channels/{two.office.channel_id}"
    message_id = (await history(two))["messages"][0]["id"]
    reminder = await office.member.made("/api/reminders", {"messageId": message_id, "remindAt": LATER})
    await two.here.pool.execute("UPDATE reminders SET remind_at = now() WHERE id = $1", UUID(reminder["id"]))
    db = await asyncpg.connect(two.here.url)
    await departures.begin(db, two.slot, 1)
    await departures.fence(db, two.slot)
    before = await two.here.rows(two.slot)
    refused = [
        ("POST", f"{path}/messages", {"content": "hello"}),
        ("PUT", f"{path}/read", {"seq": 1}),
        ("PUT", f"{path}/draft", {"content": "other"}),
        ("PUT", f"/api/messages/{message_id}/saved", {"note": "other"}),
        ("PUT", f"/api/messages/{message_id}", {"content": "other"}),
        ("POST", "/api/reminders", {"messageId": message_id, "remindAt": LATER}),
    ]
    for method, place, body in refused:
        who = office.owner if method == "PUT" and place.endswith(message_id) else office.member
        async with http.request(method, two.here.http_url + place, json=body, headers=who.headers) as answer:
            assert (answer.status, answer.headers.get("Retry-After")) == (503, "1"), place
            assert (await answer.json())["type"] == "unavailable"
    await office.owner.made(f"/api/channels/{office.general_id}/messages", {"content": "hello"})
    await reminders.tell_due(two.here.pool)  # others' are not held up, and this one waits
    assert await two.here.rows(two.slot) == before
    assert (await office.member.get(f"{path}/messages"))[0] == 200
    await moving.undo(db, two.slot)
    assert (await two.say("again"))[0] == 201
    await db.close()


async def test_what_has_gone_is_said_to_be_elsewhere(two: Two) -> None:
    await two.move()
    assert (await two.say("too late"))[0] == 503
    assert (await two.at(two.here, two.office.member).get(f"/api/channels/{two.office.channel_id}/messages"))[0] == 503


async def test_no_channel_is_made_in_a_slot_that_has_gone(two: Two) -> None:
    await two.move()
    async with two.here.pool.acquire() as db:
        assert slot_of(await shards.new_channel_id(db, two.slot)) != two.slot
        with pytest.raises(asyncpg.CannotConnectNowError):
            await db.execute(
                "INSERT INTO channels (id, workspace_id, name) VALUES ($1, $2, 'late')",
                new_id(two.slot), UUID(two.office.workspace_id),
            )  # fmt: skip


async def test_events_of_members_are_told_before_the_slot_goes(two: Two) -> None:
    """They are told under another key than their channel's."""
    source, target = await asyncpg.connect(two.here.url), await asyncpg.connect(two.there.url)
    await two.here.relay()
    await two.office.owner.made(f"/api/channels/{two.office.channel_id}/messages", {"content": "one more"})
    await two.here.pool.execute("DELETE FROM outbox WHERE topic = 'messaging.channels'")
    await two.office.owner.ask("DELETE", f"/api/channels/{two.office.channel_id}/members/{two.office.member.user_id}")
    await two.here.pool.execute("DELETE FROM outbox WHERE topic = 'messaging.channels'")
    assert await two.here.pool.fetchval("SELECT count(*) FROM outbox") > 0
    moving_limit, moving.TOLD_WITHIN = moving.TOLD_WITHIN, 0.3
    try:
        with pytest.raises(moving.NotMoved, match=r"events are not told to Kafka.*stays where it was"):
            await moving.move(source, target, two.slot)
    finally:
        moving.TOLD_WITHIN = moving_limit
        source.terminate()
        target.terminate()
    assert await two.here.has(two.slot)
    assert (await two.say("it is open"))[0] == 201


async def test_a_draft_changed_after_the_move_is_newer_than_before_it(two: Two) -> None:
    await two.here.pool.execute("SELECT setval('draft_versions', 6400000)")
    path = f"/api/channels/{two.office.channel_id}/draft"
    await two.office.member.put(path, {"content": "before"})
    _, before = await two.office.member.get("/api/drafts")
    await two.move()
    there = two.at(two.there, two.office.member)
    assert (await there.put(path, {"content": "after"}))[0] == 200
    _, after = await there.get("/api/drafts")
    assert after["drafts"][0]["version"] > before["drafts"][0]["version"]
    assert after["drafts"][0]["version"] % owning.MOST_SHARDS == 1


async def test_a_client_id_that_is_taken_there_keeps_nobody_here(two: Two) -> None:
    await two.there.pool.execute(
        "INSERT INTO channels (id, workspace_id, name) VALUES ($1, $2, 'other')", new_id(SLOTS - 1),
        UUID(two.office.workspace_id),
    )  # fmt: skip
    await two.there.pool.execute(
        """
        INSERT INTO messages (id, channel_id, user_id, content, seq, client_message_id, created_at, updated_at)
        SELECT $1, id, $2, 'there', 1, 'one', now(), now() FROM channels WHERE name = 'other'
        """,
        new_id(SLOTS - 1), two.office.owner.user_id,
    )  # fmt: skip
    said = (await history(two))["messages"]
    await two.move()
    two.turn()
    there = (await history(two))["messages"]
    assert [each["id"] for each in there] == [each["id"] for each in said]


async def test_who_was_removed_while_the_slot_left_is_out_of_its_channels(two: Two) -> None:
    await two.there.pool.execute("DELETE FROM workspace_members WHERE user_id = $1", two.office.member.user_id)
    await two.move()
    two.turn()
    members = "SELECT count(*) FROM channel_members WHERE user_id = $1 AND channel_id = $2"
    ids = two.office.member.user_id, UUID(two.office.channel_id)
    assert await two.here.pool.fetchval(members, *ids) == 0
    await two.here.relay()
    assert ("messaging.channel_members", f"{ids[1]}/{ids[0]}".encode(), None) in two.here.said


async def retained(place: Place, channel_id: str) -> int:
    return int(await place.pool.fetchval("SELECT retained_from FROM channels WHERE id = $1", UUID(channel_id)))


@pytest.mark.parametrize("is_undone", [False, True], ids=["arrives", "stays"])
async def test_what_is_decided_of_all_channels_while_a_slot_is_closed_is_done_as_it_opens(
    two: Two, is_undone: bool
) -> None:
    office, workspace = two.office, f"/api/workspaces/{two.office.workspace_id}"
    hold = await office.owner.made(f"{workspace}/holds", {"name": "Case", "userId": str(office.member.user_id)})
    await two.here.pool.execute("UPDATE channels SET retained_from = 3")
    db = await asyncpg.connect(two.here.url)
    await departures.begin(db, two.slot, 1)
    await departures.fence(db, two.slot)
    assert (await office.owner.delete(f"{workspace}/members/{office.member.user_id}"))[0] == 204
    assert (await office.owner.delete(f"{workspace}/holds/{hold['id']}"))[0] == 200
    assert (await office.owner.put(workspace, {"retentionSparesPins": False}))[0] == 200
    assert [await retained(two.here, each) for each in (office.channel_id, office.general_id)] == [3, 1]
    query = "SELECT count(*) FROM channel_members WHERE user_id = $1"
    assert await two.here.pool.fetchval(query, office.member.user_id) == 1
    if is_undone:
        await moving.undo(db, two.slot)
    else:
        await two.there.pool.execute("DELETE FROM workspace_members WHERE user_id = $1", office.member.user_id)
        await two.move()
        two.turn()
    await db.close()
    assert await two.here.pool.fetchval(query, office.member.user_id) == 0
    assert await retained(two.here, office.channel_id) == 1


async def test_a_name_that_is_taken_there_is_said_and_nothing_has_moved(two: Two) -> None:
    before = await two.here.rows(two.slot)
    name = await two.here.pool.fetchval("SELECT name FROM channels WHERE id = $1", UUID(two.office.channel_id))
    await two.there.pool.execute(
        "INSERT INTO channels (id, workspace_id, name) VALUES ($1, $2, $3)", new_id(SLOTS - 1),
        UUID(two.office.workspace_id), name,
    )  # fmt: skip
    with pytest.raises(moving.NotMoved, match=rf"{name}.*already exists.*stays where it was"):
        await two.move()
    assert await two.here.rows(two.slot) == before
    assert await two.here.has(two.slot)
    assert not await leftovers(two)


async def test_a_slot_on_its_way_goes_nowhere_else(two: Two) -> None:
    db = await asyncpg.connect(two.here.url)
    await departures.begin(db, two.slot, 7)
    await db.close()
    with pytest.raises(moving.NotMoved, match=r"from database 0 to 7"):
        await two.move()


async def test_operators_see_slots_leave_and_the_map_change(two: Two) -> None:
    async def seen() -> dict[str, float]:
        await watching.look(two.here.pool)
        told = {state: metrics.SLOTS_HERE.labels(state)._value.get() for state in ("owned", "leaving", "arriving")}
        return {**told, "version": metrics.SLOT_MAP_VERSION._value.get()}

    before = await seen()
    assert (before["leaving"], metrics.SLOT_LEAVING_SECONDS._value.get()) == (0, 0)
    db = await asyncpg.connect(two.here.url)
    await departures.begin(db, two.slot, 1)
    owned, version = before["owned"] - 1, before["version"] + 1
    assert await seen() == {"owned": owned, "leaving": 1, "arriving": 0, "version": version}
    assert metrics.SLOT_LEAVING_SECONDS._value.get() > 0
    await db.close()
    await two.move()
    assert await seen() == {"owned": owned, "leaving": 0, "arriving": 0, "version": version}


async def test_a_slot_that_another_has_or_that_has_channels_is_given_to_nobody(two: Two, database: Databases) -> None:
    home, third = await asyncpg.connect(two.here.url), await asyncpg.connect(await database("messaging"))
    async with two.there.pool.acquire() as db:
        others = (await owning.slots_of(db))[0]
    for slot, why in ((others, "neither home's to give"), (two.slot, "have channels at home")):
        with pytest.raises(attaching.NotAttached, match=why):
            await attaching.check_slots(home, third, 2, [slot])
    with pytest.raises(attaching.NotAttached, match="have channels at home"):
        await attaching.give(home, 2, [two.slot])
    free = 500 + (two.slot == 500)
    assert await attaching.give(home, 2, [free]) == [free]
    assert await attaching.give(home, 2, [free]) == [free]  # as after a cut
    assert free not in await owning.slots_of(home)
    assert slot_of(await shards.new_channel_id(home, free)) != free
    await home.close()
    await third.close()
