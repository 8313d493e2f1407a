"""Buttons under what integrations say: presses are told them with a signature, and may change the message."""

from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from office import Office
from receivers import Receiver

BUTTONS = [{"id": "yes", "text": "Approve", "style": "primary", "value": "42"}, {"id": "no", "text": "Reject"}]


@pytest.fixture
def asked_places(receiver: Receiver) -> str:
    return receiver.place


@pytest_asyncio.fixture
async def hook(office: Office, receiver: Receiver) -> Any:
    path = f"/api/channels/{office.channel_id}/hooks"
    return await office.owner.made(path, {"name": "Approvals", "actionsUrl": receiver.url})


@pytest_asyncio.fixture
async def message(office: Office, hook: Any, http: aiohttp.ClientSession, url: str) -> Any:
    async with http.post(url + hook["path"], json={"text": "Buy it?", "actions": BUTTONS}) as answer:
        assert answer.status == 200, await answer.text()
    (posted,) = (await office.history(office.member))["messages"]
    return posted


async def press(office: Office, message: Any, button: str, who: Any = None) -> tuple[int, Any]:
    status, answer = await (who or office.member).post(f"/api/messages/{message['id']}/actions/{button}")
    return status, answer


async def test_a_press_is_told_and_may_replace_the_message(
    office: Office, hook: Any, message: Any, receiver: Receiver
) -> None:
    assert [button["text"] for button in message["actions"]] == ["Approve", "Reject"]
    receiver.answer = {"replace_original": True, "text": "*Approved*"}
    status, answer = await press(office, message, "yes")
    assert status == 200
    (asked,) = receiver.asked
    assert asked.is_signed_with(hook["secret"])
    assert (asked.data["actionId"], asked.data["value"]) == ("yes", "42")
    assert asked.data["userId"] == str(office.member.user_id)
    (shown,) = (await office.history(office.owner))["messages"]
    assert (shown["content"], shown["actions"], shown["isEdited"]) == ("**Approved**", None, True)
    assert answer["message"] == shown
    assert (await press(office, message, "yes"))[0] == 404


async def test_it_may_answer_otherwise_or_not_at_all(office: Office, message: Any, receiver: Receiver) -> None:
    assert await press(office, message, "no") == (200, {})
    receiver.answer = {"text": "noted"}
    assert (await press(office, message, "no"))[1]["ephemeral"]["content"] == "noted"
    receiver.status = 500
    assert (await press(office, message, "no"))[1]["type"] == "integration_failed"


async def test_there_is_nothing_to_press_but_what_is_there(office: Office, message: Any, receiver: Receiver) -> None:
    assert (await press(office, message, "other"))[0] == 404
    assert (await press(office, message, "yes", office.stranger))[0] == 404
    assert (await press(office, message, "yes", office.guest))[0] == 404
    plain = await office.say(office.member, "plain")
    assert (await press(office, plain, "yes"))[0] == 404
    await office.owner.delete(f"/api/messages/{message['id']}")
    assert (await press(office, message, "yes"))[0] == 404
    assert receiver.asked == []


async def test_without_an_address_there_are_no_buttons(office: Office, http: aiohttp.ClientSession, url: str) -> None:
    hook = await office.owner.made(f"/api/channels/{office.channel_id}/hooks", {"name": "CI"})
    async with http.post(url + hook["path"], json={"text": "x", "actions": BUTTONS}) as answer:
        assert answer.status == 422
