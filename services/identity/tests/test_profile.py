"""One's own account."""

from collections.abc import Awaitable, Callable
from typing import Any

Said = Callable[[], Awaitable[list[Any]]]
AVATAR = "https://example.com/kim.png?size=2"


async def test_name_and_picture_can_be_changed_and_everybody_hears_of_it(
    me: Any, kim: dict[str, Any], said: Said
) -> None:
    changed = await me.ask("PUT", "/api/users/me", {"name": "Kim Lee", "avatarUrl": AVATAR})
    assert changed.status == 200
    assert (changed.body["name"], changed.body["avatarUrl"]) == ("Kim Lee", AVATAR)
    assert changed.body["updatedAt"] > changed.body["createdAt"] == kim["user"]["createdAt"]
    shown = await me.ask("GET", "/api/users/me")
    assert shown.body == changed.body
    assert shown.headers["Cache-Control"] == "private, no-store"
    saved = (await said())[-1].user_saved
    assert (saved.name, saved.avatar_url, saved.email) == ("Kim Lee", AVATAR, kim["user"]["email"])


async def test_what_is_not_sent_stays_and_null_takes_the_picture_away(me: Any, said: Said) -> None:
    await me.ask("PUT", "/api/users/me", {"avatarUrl": AVATAR})
    assert (await me.ask("PUT", "/api/users/me", {"name": "Lee"})).body["avatarUrl"] == AVATAR
    gone = (await me.ask("PUT", "/api/users/me", {"avatarUrl": None})).body
    assert (gone["name"], gone["avatarUrl"]) == ("Lee", None)
    assert not (await said())[-1].user_saved.HasField("avatar_url")


async def test_a_change_of_nothing_announces_nothing(me: Any, kim: dict[str, Any], said: Said) -> None:
    before = await said()
    assert (await me.ask("PUT", "/api/users/me", {})).body == kim["user"]
    assert await said() == before
