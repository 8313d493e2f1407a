"""Where people belong is read anew for whoever comes later, and once for those who wait together."""

import asyncio

from entrance import Hall, a_channel, left, posted, somebody
from gateway.places import READ_AT_ONCE
from testkit import eventually


async def test_devices_that_wait_for_their_turn_share_an_answer(hall: Hall) -> None:
    hall.may_answer.clear()
    others = [hall.knock(hall.tokens.token(somebody())) for _ in range(READ_AT_ONCE)]
    await eventually(lambda: len(hall.asked) == READ_AT_ONCE)
    user_id, channel_id = somebody(), somebody()
    hall.state = {"channels": [a_channel(channel_id, 4)], "workspaceIds": []}
    devices = [hall.knock(hall.tokens.token(user_id)) for _ in range(3)]
    await eventually(lambda: len(hall.arrivals.settling) == READ_AT_ONCE + 3)
    hall.may_answer.set()
    for guest in (*others, *devices):
        assert (await guest.told()).startswith("40{")
    assert hall.asked.count(f"/internal/users/{user_id}/state") == 1
    await hall.tell(posted(channel_id, 4), posted(channel_id, 5))
    assert [guest.events() for guest in devices] == [["message:receive"]] * 3


async def test_who_comes_while_a_persons_places_are_read_has_them_read_again(hall: Hall) -> None:
    user_id, channel_id = somebody(), somebody()
    hall.state = {"channels": [a_channel(channel_id)], "workspaceIds": []}
    hall.may_answer.clear()
    early = hall.knock(hall.tokens.token(user_id))
    await eventually(lambda: hall.asked)
    await hall.tell(left(channel_id, user_id))
    hall.state = {"channels": [], "workspaceIds": []}
    late = hall.knock(hall.tokens.token(user_id))
    await eventually(lambda: len(hall.asked) == 2)
    hall.may_answer.set()
    for guest in (early, late):
        assert (await guest.told()).startswith("40{")
    await hall.tell(posted(channel_id, 1))
    assert early.events() == late.events() == []


async def test_a_failure_troubles_those_who_waited_and_nobody_after_them(hall: Hall) -> None:
    user_id = somebody()
    hall.status = 503
    guests = [hall.knock(hall.tokens.token(user_id)) for _ in range(2)]
    await eventually(lambda: not hall.arrivals.settling and hall.asked)
    hall.status = 200
    await asyncio.gather(*(eventually(lambda guest=guest: guest.session.ended_by is not None) for guest in guests))  # type: ignore[misc]
    await hall.admitted(hall.tokens.token(user_id))
