"""Bots' messages may have buttons, of whose presses the bot is told where its workspace's admins say."""

from typing import Any

import pytest
import pytest_asyncio
from messaging.integrations.endpoints import GET
from office import Office
from receivers import Receiver
from test_bots import Bots, bots

__all__ = ["bots"]
BUTTONS = [{"id": "yes", "text": "Approve", "style": "primary", "value": "42"}, {"id": "no", "text": "Reject"}]


@pytest.fixture
def asked_places(receiver: Receiver) -> str:
    return receiver.place


@pytest_asyncio.fixture
async def bot(office: Office, bots: Bots) -> Bots:
    await bots.come(office.owner)
    return bots


def presses(office: Office, bot: Bots) -> str:
    return f"/api/workspaces/{office.workspace_id}/bots/{bot.id}/presses"


async def say(office: Office, bot: Bots, **more: Any) -> tuple[int, Any]:
    path = f"/api/channels/{office.general_id}/messages"
    return await bot.good_for("messages:write").post(path, {"content": "Buy it?", "actions": BUTTONS, **more})


async def test_a_press_of_a_bots_button_is_told_and_may_replace_the_message(
    office: Office, bot: Bots, receiver: Receiver
) -> None:
    status, told = await office.owner.put(presses(office, bot), {"url": receiver.url})
    assert (status, told["url"]) == (200, receiver.url)
    assert (await office.owner.put(presses(office, bot), {"url": receiver.url}))[1]["secret"] is None
    status, message = await say(office, bot)
    assert (status, [button["text"] for button in message["actions"]]) == (201, ["Approve", "Reject"])
    receiver.answer = {"replace_original": True, "text": "*Approved*"}
    status, answer = await office.member.post(f"/api/messages/{message['id']}/actions/yes")
    (asked,) = receiver.asked
    assert asked.is_signed_with(told["secret"])
    assert (asked.data["value"], asked.data["userId"]) == ("42", str(office.member.user_id))
    assert (answer["message"]["content"], answer["message"]["actions"]) == ("**Approved**", None)
    assert (answer["message"]["userId"], answer["message"]["via"]) == (str(bot.id), None)


async def test_what_a_bot_answers_to_all_it_says_itself(office: Office, bot: Bots, receiver: Receiver) -> None:
    await office.owner.put(presses(office, bot), {"url": receiver.url})
    _, message = await say(office, bot)
    receiver.answer = {"text": "Mina approved", "response_type": "in_channel"}
    _, answer = await office.member.post(f"/api/messages/{message['id']}/actions/yes")
    said = answer["message"]
    assert (said["content"], said["userId"], said["via"]) == ("Mina approved", str(bot.id), None)


async def test_buttons_take_a_program_and_an_address(office: Office, bot: Bots, receiver: Receiver) -> None:
    assert (await say(office, bot))[0] == 422
    await office.owner.put(presses(office, bot), {"url": receiver.url})
    path = f"/api/channels/{office.general_id}/messages"
    assert (await office.owner.post(path, {"content": "x", "actions": BUTTONS}))[0] == 403
    assert (await office.owner.post(path, {"content": "x", "actions": []}))[0] == 201
    for wrong in (BUTTONS * 3, [{"id": "a b", "text": "x"}], [{"id": "a", "text": ""}], [{"id": "a"}], "yes"):
        assert (await say(office, bot, actions=wrong))[0] == 422
    assert (await office.owner.delete(presses(office, bot)))[0] == 204
    assert (await office.owner.get(presses(office, bot)))[1] == {"url": None}
    assert (await say(office, bot))[0] == 422


async def test_only_admins_say_where_bots_are_told_and_only_of_their_bots(
    office: Office, bot: Bots, receiver: Receiver
) -> None:
    body = {"url": receiver.url}
    assert (await office.member.put(presses(office, bot), body))[0] == 403
    assert (await office.stranger.put(presses(office, bot), body))[0] == 404
    someone = f"/api/workspaces/{office.workspace_id}/bots/{office.member.user_id}/presses"
    for method in ("GET", "PUT", "DELETE"):
        assert (await office.owner.ask(method, someone, body if method == "PUT" else None))[0] == 404
    for wrong in ({"url": "http://10.0.0.1/"}, {"url": "ftp://example.com"}, {}):
        assert (await office.owner.put(presses(office, bot), wrong))[0] == 422


async def test_a_removed_bot_is_asked_nothing_more(office: Office, bot: Bots, receiver: Receiver) -> None:
    await office.owner.put(presses(office, bot), {"url": receiver.url})
    _, message = await say(office, bot)
    await bot.go()
    assert await bot.pool.fetchrow(GET, bot.id) is None
    assert (await office.member.post(f"/api/messages/{message['id']}/actions/yes"))[0] == 404
    assert receiver.asked == []
