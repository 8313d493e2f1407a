"""Slash commands: a program is asked with a signature, has three seconds, and may answer later."""

import asyncio
from functools import partial
from typing import Any

import aiohttp
import asyncpg
import pytest
import pytest_asyncio
from aiohttp import web
from office import Office, told
from receivers import Receiver


@pytest.fixture
def asked_places(receiver: Receiver) -> str:
    return receiver.place


@pytest_asyncio.fixture
async def deploy(office: Office, receiver: Receiver) -> Any:
    """The command /deploy, which the receiver is."""
    path = f"/api/workspaces/{office.workspace_id}/commands"
    new = {"name": "deploy", "url": receiver.url, "description": "Deploy it", "usage": "[where]"}
    return await office.owner.made(path, new)


async def give(office: Office, command: str, text: str = "", who: Any = None) -> tuple[int, Any]:
    path = f"/api/channels/{office.channel_id}/commands"
    status, answer = await (who or office.member).post(path, {"command": command, "text": text})
    return status, answer


async def test_a_command_is_asked_for_with_its_signature_and_answers_the_asker_alone(
    office: Office, deploy: Any, receiver: Receiver, pool: asyncpg.Pool
) -> None:
    await told(pool)
    receiver.answer = {"text": "On its *way*"}
    status, answer = await give(office, "/deploy", "production")
    assert status == 200
    assert answer["ephemeral"]["content"] == "On its **way**"
    assert answer["ephemeral"]["via"] == {"kind": "command", "id": deploy["id"], "name": "deploy", "iconEmoji": None}
    (asked,) = receiver.asked
    assert asked.is_signed_with(deploy["secret"])
    assert "authorization" not in asked.headers
    assert "cookie" not in asked.headers
    data = asked.data
    assert (data["command"], data["text"], data["userId"]) == ("/deploy", "production", str(office.member.user_id))
    assert data["responseUrl"].startswith("https://chat.example.com/api/responses/")
    (event,) = await told(pool)
    assert event.user_id == str(office.member.user_id)
    assert event.ephemeral_message.id == answer["ephemeral"]["id"]
    assert (await office.history(office.owner))["messages"] == []


async def test_an_answer_for_all_is_a_message_of_the_command(office: Office, deploy: Any, receiver: Receiver) -> None:
    receiver.answer = {"response_type": "in_channel", "text": "Deployed"}
    _, answer = await give(office, "deploy")
    (message,) = (await office.history(office.owner))["messages"]
    assert answer["message"]["id"] == message["id"]
    assert (message["userId"], message["via"]["kind"]) == (deploy["id"], "command")


async def test_who_answers_too_late_badly_or_not_at_all_is_told_as_such(
    office: Office, deploy: Any, receiver: Receiver
) -> None:
    async def slowly(_: web.Request) -> web.StreamResponse:
        await asyncio.sleep(30)
        raise AssertionError("nobody waits so long")

    async def away(_: web.Request) -> web.StreamResponse:
        raise web.HTTPFound("http://169.254.169.254/latest/meta-data")

    async def much(_: web.Request) -> web.StreamResponse:
        return web.Response(body=b'{"text": "' + b"x" * 200_000 + b'"}')

    for answering in (slowly, away, much):
        receiver.answering = answering
        status, problem = await give(office, "deploy")
        assert (status, problem["type"]) == (424, "integration_failed"), problem
    receiver.answering = None
    for status, answer in ((500, None), (200, {"text": "x", "user_id": "me"})):
        receiver.status, receiver.answer = status, answer
        assert (await give(office, "deploy"))[0] == 424
    assert (await office.history(office.owner))["messages"] == []


async def test_who_compresses_where_that_is_taken_is_understood(
    office: Office, deploy: Any, receiver: Receiver
) -> None:
    async def packed(request: web.Request, always: bool = False) -> web.StreamResponse:
        response = web.json_response({"text": "all is well", "response_type": "in_channel"})
        response.enable_compression(web.ContentCoding.gzip if always else None)
        return response

    receiver.answering = packed
    status, answer = await give(office, "deploy")
    assert (status, answer["message"]["content"]) == (200, "all is well")
    receiver.answering = partial(packed, always=True)
    status, problem = await give(office, "deploy")
    assert (status, "compressed" in problem["detail"]) == (424, True)


async def test_it_may_answer_five_times_more_at_an_address_of_its_own(
    office: Office, deploy: Any, receiver: Receiver, http: aiohttp.ClientSession, url: str, pool: asyncpg.Pool
) -> None:
    assert (await give(office, "deploy"))[1] == {}
    await told(pool)
    path = receiver.asked[0].data["responseUrl"].removeprefix("https://chat.example.com")

    async def answer(where: str, **payload: str) -> int:
        async with http.post(url + where, json=payload) as answered:
            return answered.status

    assert await answer(path[:-1] + ("x" if path[-1] != "x" else "y"), text="mine") == 404
    assert await answer(path, text="half", response_type="in_channel") == 200
    assert await answer(path, nonsense="x") == 422
    statuses = await asyncio.gather(*(answer(path, text=f"{n}") for n in range(8)))
    assert sorted(statuses) == [200] * 4 + [404] * 4
    assert len(await told(pool)) == 4
    assert len((await office.history(office.owner))["messages"]) == 1


async def test_nothing_is_answered_after_half_an_hour_or_to_who_has_left(
    office: Office, deploy: Any, receiver: Receiver, http: aiohttp.ClientSession, url: str, pool: asyncpg.Pool
) -> None:
    async def late() -> int:
        path = receiver.asked[-1].data["responseUrl"].removeprefix("https://chat.example.com")
        async with http.post(url + path, json={"text": "done"}) as answered:
            return answered.status

    await give(office, "deploy")
    await pool.execute("UPDATE command_runs SET expires_at = now()")
    assert await late() == 404
    await give(office, "deploy")
    await office.owner.delete(f"/api/channels/{office.channel_id}/members/{office.member.user_id}")
    assert await late() == 404


async def test_with_a_new_secret_the_old_one_is_good_for_a_day(
    office: Office, deploy: Any, receiver: Receiver, pool: asyncpg.Pool
) -> None:
    renewed = (await office.owner.made(f"/api/commands/{deploy['id']}/secret"))["secret"]
    await give(office, "deploy")
    assert receiver.asked[-1].is_signed_with(deploy["secret"])
    assert receiver.asked[-1].is_signed_with(renewed)
    await pool.execute("UPDATE endpoints SET old_secret_until = now()")
    await give(office, "deploy")
    assert not receiver.asked[-1].is_signed_with(deploy["secret"])
    assert receiver.asked[-1].is_signed_with(renewed)


@pytest.mark.parametrize(
    "inside",
    [
        "http://127.0.0.1/", "http://127.0.0.1:1/", "http://[::1]/", "http://[::ffff:127.0.0.1]/", "http://10.1.2.3/",
        "http://169.254.169.254/latest", "http://2130706433/", "http://0x7f.1/", "http://localhost/", "http://h:22/",
        "http://user:pass@example.com/",
    ],
)  # fmt: skip
async def test_nothing_inside_is_ever_asked(office: Office, receiver: Receiver, inside: str) -> None:
    path = f"/api/workspaces/{office.workspace_id}/commands"
    status, problem = await office.owner.post(path, {"name": "spy", "url": inside})
    assert (status, problem["type"]) == (422, "invalid_request")
    assert problem["detail"].startswith("url:")


async def test_commands_are_listed_for_members_and_managed_by_admins(office: Office, deploy: Any) -> None:
    path = f"/api/workspaces/{office.workspace_id}/commands"
    _, listed = await office.guest.get(path)
    names = [command["name"] for command in listed["commands"]]
    assert names == ["me", "poll", "remind", "shrug", "deploy"]
    assert "secret" not in str(listed)
    assert "url" not in listed["commands"][-1]
    assert (await office.owner.get(path))[1]["commands"][-1]["url"] == deploy["url"]
    one = f"/api/commands/{deploy['id']}"
    for who, status in ((office.member, 403), (office.stranger, 404)):
        assert (await who.post(path, {"name": "mine", "url": "https://example.com"}))[0] == status
        assert (await who.put(one, {"description": "mine"}))[0] == status
        assert (await who.post(f"{one}/secret"))[0] == status
        assert (await who.delete(one))[0] == status
    assert (await office.owner.put(one, {"description": "Deploys"}))[1]["description"] == "Deploys"
    for taken in ("deploy", "poll"):
        status, problem = await office.owner.post(path, {"name": taken, "url": deploy["url"]})
        assert (status, problem["type"]) == (409, "command_name_taken")
    assert (await office.owner.delete(one))[0] == 204
    assert (await give(office, "deploy"))[1]["type"] == "not_found"


async def test_the_ones_every_workspace_has(office: Office, pool: asyncpg.Pool) -> None:
    assert (await give(office, "/me", "waves"))[1]["message"]["content"] == "_waves_"
    _, answer = await give(office, "/shrug", "who knows")
    assert answer["message"]["plainText"] == "who knows ¯\\_(ツ)_/¯"
    _, answer = await give(office, "/remind", "in 20 minutes look at the oven")
    assert (answer["reminder"]["text"], answer["reminder"]["state"]) == ("look at the oven", "waiting")
    _, answer = await give(office, "/poll", '"Lunch?" "Noodles" "Rice" --multiple')
    poll = answer["message"]["poll"]
    assert (poll["question"], poll["isMultiple"]) == ("Lunch?", True)
    assert [option["text"] for option in poll["options"]] == ["Noodles", "Rice"]
    for wrong in (("/poll", '"Only one" "A"'), ("/poll", "no quotes"), ("/remind", "whenever"), ("/me", "")):
        status, problem = await give(office, *wrong)
        assert (status, problem["type"]) == (422, "command_usage")
    assert (await give(office, "/me", "x", office.stranger))[0] == 404
    assert (await give(office, "/unknown"))[0] == 404
