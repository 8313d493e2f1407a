"""Emoji of a workspace: real images only, small, and served as nothing else."""

from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import aiohttp
import asyncpg
import pytest
from chassis.confined.runner import Runner
from chassis.problems import Problem
from drawn import film, gif, png, seen, webp
from messaging import emoji
from messaging.images import intake
from office import Asker, Office, invited, told_of_workspaces


async def put(who: Asker, office: Office, name: str, data: bytes) -> tuple[int, Any]:
    path = f"{who.url}/api/workspaces/{office.workspace_id}/emoji/{name}"
    async with who.http.put(path, data=data, headers=who.headers) as answer:
        return answer.status, await answer.json()


async def listed(office: Office) -> list[str]:
    _, told = await office.guest.get(f"/api/workspaces/{office.workspace_id}/emoji")
    return [each["name"] for each in told["emoji"]]


async def test_an_emoji_is_added_listed_served_and_removed(office: Office, pool: asyncpg.Pool) -> None:
    for name, data in (("ship_it", png(64, 32)), ("+2", gif(512, 512)), ("wave-hi", webp(1, 1))):
        assert (await put(office.member, office, name, data))[0] == 201
    _, told = await office.guest.get(f"/api/workspaces/{office.workspace_id}/emoji")
    ship = next(each for each in told["emoji"] if each["name"] == "ship_it")
    assert (ship["contentType"], ship["width"], ship["height"]) == ("image/png", 64, 32)
    async with office.guest.http.get(office.guest.url + ship["url"], headers=office.guest.headers) as answer:
        assert (answer.status, seen(await answer.read())) == (200, seen(png(64, 32)))
        _check_headers(answer)
    assert (await office.member.delete(f"/api/workspaces/{office.workspace_id}/emoji/ship_it"))[0] == 204
    assert await listed(office) == ["+2", "wave-hi"]
    *added, removed = await told_of_workspaces(pool)
    assert [each.emoji_added.name for each in added] == ["ship_it", "+2", "wave-hi"]
    assert (removed.emoji_removed.name, removed.emoji_removed.id) == ("ship_it", ship["id"])


def _check_headers(answer: aiohttp.ClientResponse) -> None:
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "private, max-age=31536000, immutable"
    assert answer.headers["Content-Disposition"] == 'inline; filename="ship_it.png"'
    assert "sandbox" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", (422, "not_an_image")),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", (422, "not_an_image")),
        (png(513, 1), (422, "not_an_image")),
        (gif(64, 64)[:-20], (422, "not_an_image")),
        (gif(1, 1) + bytes(256 * 1_024), (413, "too_large")),
    ],
)
async def test_what_is_no_small_image_is_refused(office: Office, data: bytes, expected: tuple[int, str]) -> None:
    status, told = await put(office.member, office, "bad", data)
    assert (status, told["type"]) == expected
    assert await listed(office) == []


async def test_what_moves_is_served_moving_and_without_what_came_behind_it(office: Office) -> None:
    data, script = film("GIF", 6, loop=0), b"<script>alert(1)</script>"
    _, made = await put(office.member, office, "spot", data + script)
    async with office.guest.http.get(office.guest.url + made["url"], headers=office.guest.headers) as answer:
        kept = await answer.read()
    assert seen(kept) == seen(data)
    assert script not in kept


async def test_the_sentence_says_what_is_wrong(office: Office) -> None:
    _, told = await put(office.member, office, "bad", png(513, 1))
    assert told["detail"] == "The image may have 512 x 512 pixels at the most."


async def test_an_image_is_decoded_for_who_may_add_it_and_outside_of_transactions(
    office: Office, pool: asyncpg.Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_at = []
    taken_in = intake.taken_in

    async def watched(runner: Runner, data: bytes) -> intake.Image:
        assert pool.get_idle_size() == pool.get_size()
        looked_at.append(data)
        return await taken_in(runner, data)

    monkeypatch.setattr(intake, "taken_in", watched)
    assert (await put(office.guest, office, "guests", gif(2, 2)))[0] == 403
    assert (await put(office.member, office, "members", gif(3, 3)))[0] == 201
    assert looked_at == [gif(3, 3)]


async def test_who_comes_while_too_many_images_are_read_is_told_when_to_come_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(intake, "LIMITS", replace(intake.LIMITS, wait=0.01))
    async with Runner(most=1) as taken, taken._place(1):
        with pytest.raises(Problem) as refusal:
            await emoji.taken_in(taken, gif(1, 1))
    assert (refusal.value.status, refusal.value.type, refusal.value.retry_after) == (503, "unavailable", 5)


@pytest.mark.parametrize("name", ["Upper", "two%20words", "x" * 51, "%ED%95%9C", "a:b"])
async def test_a_wrong_name_is_refused(office: Office, name: str) -> None:
    assert (await put(office.member, office, name, gif(1, 1)))[0] == 422
    assert await listed(office) == []


async def test_a_name_is_given_once_and_a_workspace_has_a_thousand(office: Office, pool: asyncpg.Pool) -> None:
    assert (await put(office.member, office, "mine", gif(1, 1)))[0] == 201
    status, told = await put(office.owner, office, "mine", gif(2, 2))
    assert (status, told["type"]) == (409, "emoji_name_taken")
    await pool.execute(
        "INSERT INTO custom_emoji (id, workspace_id, name, content_type, width, height, image, created_by)"
        " SELECT gen_random_uuid(), $1, 'e' || n, 'image/gif', 1, 1, '', $2 FROM generate_series(1, 999) n",
        UUID(office.workspace_id), office.owner.user_id,
    )  # fmt: skip
    status, told = await put(office.owner, office, "more", gif(2, 2))
    assert (status, told["type"]) == (409, "too_many_emoji")


async def test_who_may_add_and_remove_emoji(office: Office) -> None:
    await invited(office.owner, office.stranger, office.workspace_id, "member")
    path = f"/api/workspaces/{office.workspace_id}/emoji"
    assert (await put(office.guest, office, "guests", gif(1, 1)))[0] == 403
    assert (await put(office.member, office, "mine", gif(1, 1)))[0] == 201
    for who in (office.guest, office.stranger):
        assert (await who.delete(f"{path}/mine"))[0] == 403
    assert (await office.owner.delete(f"{path}/mine"))[0] == 204
    assert (await office.owner.delete(f"{path}/mine"))[0] == 404


async def test_strangers_see_no_emoji(office: Office) -> None:
    _, emoji = await put(office.member, office, "mine", gif(1, 1))
    assert (await office.stranger.get(f"/api/workspaces/{office.workspace_id}/emoji"))[0] == 404
    assert (await office.stranger.get(emoji["url"]))[0] == 404
    assert (await put(office.stranger, office, "theirs", gif(1, 1)))[0] == 404
    assert (await office.stranger.delete(f"/api/workspaces/{office.workspace_id}/emoji/mine"))[0] == 404
    other = await office.owner.made("/api/workspaces", {"name": "Other"})
    moved = emoji["url"].replace(office.workspace_id, other["id"])
    assert (await office.owner.get(moved))[0] == 404
    assert (await office.owner.get(f"/api/workspaces/{office.workspace_id}/emoji/{uuid4()}/image"))[0] == 404


async def test_an_emoji_of_the_workspace_reacts_by_its_name(office: Office) -> None:
    message = await office.say(office.owner, "shipped")
    path = f"/api/messages/{message['id']}/reactions/:ship_it:"
    status, told = await office.member.put(path, None)
    assert (status, told["type"]) == (404, "not_found")
    await put(office.member, office, "ship_it", gif(1, 1))
    assert (await office.member.put(path, None))[0] == 204
    await office.owner.delete(f"/api/workspaces/{office.workspace_id}/emoji/ship_it")
    (message,) = (await office.history(office.owner))["messages"]
    assert message["reactions"] == {":ship_it:": [str(office.member.user_id)]}
    assert (await office.member.delete(path))[0] == 204
