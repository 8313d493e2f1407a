"""Messages people keep for themselves, and reminders they set."""

from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest
from messaging.personal import reminders
from office import Asker, Office, told


async def saved_by(who: Asker, **query: Any) -> list[Any]:
    status, page = await who.get("/api/saved", **query)
    assert status == 200, page
    return list(page["saved"])


async def keep(who: Asker, message: Any, **body: Any) -> None:
    status, problem = await who.put(f"/api/messages/{message['id']}/saved", body)
    assert status == 204, problem


async def test_a_message_is_kept_without_a_word(office: Office) -> None:
    message = await office.say(office.owner, "keep me")
    assert (await office.member.put(f"/api/messages/{message['id']}/saved", None))[0] == 204
    (row,) = await saved_by(office.member)
    assert (row["note"], row["state"]) == (None, "open")


async def test_messages_are_kept_with_a_note_and_a_state_in_the_order_of_keeping(
    office: Office, pool: asyncpg.Pool
) -> None:
    first, second = [await office.say(office.owner, content) for content in ("first", "second")]
    await keep(office.member, second)
    await keep(office.member, first, note="read again")
    await keep(office.member, second, state="done")
    kept = await saved_by(office.member)
    assert [(row["message"]["content"], row["note"], row["state"]) for row in kept] == [
        ("first", "read again", "open"),
        ("second", None, "done"),
    ]
    assert [row["messageId"] for row in await saved_by(office.member, state="done")] == [second["id"]]
    assert [row["messageId"] for row in await saved_by(office.member, before=first["id"])] == [second["id"]]
    status, page = await office.member.get("/api/saved", limit=1)
    assert (status, page["hasMore"]) == (200, True)
    assert await saved_by(office.owner) == []
    events = [event.saved_message_changed for event in await told(pool)]
    assert [(event.message_id, event.state) for event in events] == [
        (second["id"], "open"), (first["id"], "open"), (second["id"], "done"),
    ]  # fmt: skip


async def test_what_one_may_no_longer_see_is_not_shown(office: Office) -> None:
    secret, gone = [await office.say(office.owner, content) for content in ("secret", "gone")]
    open_ = await office.owner.made(f"/api/channels/{office.general_id}/messages", {"content": "for all"})
    for message in (secret, gone, open_):
        await keep(office.member, message, note="mine")
    await office.owner.delete(f"/api/messages/{gone['id']}")
    rows = {row["messageId"]: row for row in await saved_by(office.member)}
    assert (rows[gone["id"]]["message"], rows[gone["id"]]["unavailable"]) == (None, "deleted")
    await office.member.made(f"/api/channels/{office.channel_id}/leave")
    kept = await saved_by(office.member)
    assert [row["unavailable"] for row in kept] == [None, "not_visible", "not_visible"]
    assert "secret" not in str(kept)
    assert [row["note"] for row in kept] == ["mine"] * 3
    assert (await office.member.delete(f"/api/messages/{secret['id']}/saved"))[0] == 204
    assert len(await saved_by(office.member)) == 2


async def test_nobody_keeps_what_they_do_not_see(office: Office, pool: asyncpg.Pool) -> None:
    message = await office.say(office.owner, "secret")
    for who in (office.guest, office.stranger):
        assert (await who.put(f"/api/messages/{message['id']}/saved", {}))[0] == 404
        assert (await who.delete(f"/api/messages/{message['id']}/saved"))[0] == 204
    for wrong in ({"note": "x" * 501}, {"state": "lost"}, {"userId": str(office.owner.user_id)}):
        assert (await office.member.put(f"/api/messages/{message['id']}/saved", wrong))[0] == 422
    assert (await office.member.get("/api/saved", before=message["id"]))[0] == 404
    await pool.execute(
        """INSERT INTO saved_messages (user_id, message_id, id)
           SELECT $1, gen_random_uuid(), gen_random_uuid() FROM generate_series(1, 2000)""",
        office.member.user_id,
    )
    status, problem = await office.member.put(f"/api/messages/{message['id']}/saved", {})
    assert (status, problem["type"]) == (409, "too_many_saved_messages")


def ahead(**span: float) -> str:
    return (datetime.now(UTC) + timedelta(**span)).isoformat()


async def reminders_of(who: Asker, **query: Any) -> list[Any]:
    status, answer = await who.get("/api/reminders", **query)
    assert status == 200, answer
    return list(answer["reminders"])


async def all_due(pool: asyncpg.Pool) -> None:
    await pool.execute("UPDATE reminders SET remind_at = now() WHERE state = 'waiting'")


async def test_a_reminder_is_told_once_when_it_is_due(office: Office, pool: asyncpg.Pool) -> None:
    message = await office.say(office.owner, "answer me")
    made = await office.member.made("/api/reminders", {"messageId": message["id"], "remindAt": ahead(hours=3)})
    later = await office.member.made("/api/reminders", {"text": "tea", "remindAt": ahead(days=3)})
    assert (made["channelId"], made["state"]) == (office.channel_id, "waiting")
    listed = await reminders_of(office.member)
    assert [made.items() <= one.items() for one, made in zip(listed, [made, later], strict=True)] == [True, True]
    await told(pool)
    await reminders.tell_due(pool)
    assert await told(pool) == []
    await all_due(pool)
    for _ in range(2):
        await reminders.tell_due(pool)
    events = [event.reminder_due.reminder for event in await told(pool)]
    assert {(event.id, event.state) for event in events} == {(made["id"], "due"), (later["id"], "due")}
    assert len(events) == 2
    assert {row["state"] for row in await reminders_of(office.member, state="due")} == {"due"}


async def remind(who: Asker, message: Any, **more: Any) -> None:
    await who.made("/api/reminders", {"messageId": message["id"], "remindAt": ahead(hours=3), **more})


async def test_reminders_say_what_their_messages_say_now_to_who_may_read_them(office: Office) -> None:
    secret, gone = [await office.say(office.owner, content) for content in ("secret", "gone")]
    public = await office.owner.made(f"/api/channels/{office.general_id}/messages", {"content": "for all"})
    for message in (secret, gone, public):
        await remind(office.member, message, text="mine")
    await office.member.made("/api/reminders", {"text": "tea", "remindAt": ahead(hours=4)})
    _, public = await office.owner.put(f"/api/messages/{public['id']}", {"content": "for everybody"})
    await office.owner.delete(f"/api/messages/{gone['id']}")
    rows = await reminders_of(office.member)
    assert [row["unavailable"] for row in rows] == [None, "deleted", None, None]
    assert rows[0]["message"]["content"] == "secret"
    assert (rows[2]["message"]["content"], rows[2]["message"]["userId"]) == ("for everybody", public["userId"])
    assert rows[3]["message"] is None
    await office.member.made(f"/api/channels/{office.channel_id}/leave")
    rows = await reminders_of(office.member)
    assert [row["unavailable"] for row in rows] == ["not_visible", "not_visible", None, None]
    assert "secret" not in str(rows)
    assert [row["text"] for row in rows] == ["mine", "mine", "mine", "tea"]


async def test_reminders_come_in_pages_those_that_are_not_done_alone_if_one_asks_so(
    office: Office, pool: asyncpg.Pool
) -> None:
    await pool.execute(
        """INSERT INTO reminders (id, user_id, text, remind_at, state)
           SELECT gen_random_uuid(), $1, 'tea', $2::timestamptz + make_interval(secs => n / 3 * 0.0001),
               CASE n % 5 WHEN 0 THEN 'done' WHEN 1 THEN 'due' ELSE 'waiting' END FROM generate_series(1, 120) n""",
        office.member.user_id,
        datetime.now(UTC) + timedelta(days=1),
    )
    pages: list[Any] = []
    after: dict[str, str] = {}
    while not pages or pages[-1]["hasMore"]:
        status, page = await office.member.get("/api/reminders", state="open", limit=40, **after)
        assert status == 200, page
        pages.append(page)
        after = {"after": page["reminders"][-1]["place"]}
    assert [len(page["reminders"]) for page in pages] == [40, 40, 16]
    assert len({each["id"] for page in pages for each in page["reminders"]}) == 96
    assert {each["state"] for page in pages for each in page["reminders"]} == {"waiting", "due"}
    assert len(await reminders_of(office.member)) == 50
    for wrong in ({"after": "tea"}, {"after": f"{ahead(hours=1)}/1"}, {"limit": 101}, {"state": "lost"}):
        status, problem = await office.member.get("/api/reminders", **wrong)
        assert (status, problem["type"]) == (422, "invalid_request")


async def test_a_reminder_is_put_off_done_and_cancelled(office: Office, pool: asyncpg.Pool) -> None:
    made = await office.member.made("/api/reminders", {"text": "tea", "remindAt": ahead(hours=3)})
    path = f"/api/reminders/{made['id']}"
    await all_due(pool)
    await reminders.tell_due(pool)
    _, put_off = await office.member.put(path, {"remindAt": ahead(hours=1)})
    assert (put_off["state"], put_off["text"]) == ("waiting", "tea")
    await all_due(pool)
    await reminders.tell_due(pool)
    assert [event.WhichOneof("payload") for event in await told(pool)] == [
        "reminder_saved", "reminder_due", "reminder_saved", "reminder_due",
    ]  # fmt: skip
    assert (await office.member.post(f"{path}/done"))[1]["state"] == "done"
    assert (await office.member.delete(path))[0] == 204
    assert await reminders_of(office.member) == []
    assert (await office.member.delete(path))[0] == 404


async def test_reminders_are_their_owners_alone(office: Office, pool: asyncpg.Pool) -> None:
    made = await office.member.made("/api/reminders", {"text": "tea", "remindAt": ahead(hours=3)})
    path = f"/api/reminders/{made['id']}"
    assert (await office.owner.put(path, {"text": "coffee"}))[0] == 404
    assert (await office.owner.post(f"{path}/done"))[0] == 404
    assert (await office.owner.delete(path))[0] == 404
    assert await reminders_of(office.owner) == []
    secret = await office.say(office.owner, "secret")
    for who in (office.guest, office.stranger):
        body = {"messageId": secret["id"], "remindAt": ahead(hours=1)}
        assert (await who.post("/api/reminders", body))[0] == 404
    await pool.execute(
        """INSERT INTO reminders (id, user_id, text, remind_at)
           SELECT gen_random_uuid(), $1, 'tea', now() + interval '1 day' FROM generate_series(1, 499)""",
        office.member.user_id,
    )
    status, problem = await office.member.post("/api/reminders", {"text": "tea", "remindAt": ahead(hours=3)})
    assert (status, problem["type"]) == (409, "too_many_reminders")


@pytest.mark.parametrize(
    "wrong",
    [
        {"text": " "},
        {"text": None},
        {"text": "x" * 501},
        {"messageId": "1"},
        {"remindAt": ahead(seconds=1)},
        {"state": "due"},
    ],
)
async def test_a_wrong_reminder_is_refused(office: Office, wrong: dict[str, Any]) -> None:
    status, problem = await office.member.post("/api/reminders", {"text": "tea", "remindAt": ahead(hours=3), **wrong})
    assert (status, problem["type"]) == (422, "invalid_request")
    assert await reminders_of(office.member) == []
