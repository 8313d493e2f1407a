"""Deadlines under one timer."""

import asyncio

from gateway.heartbeat import Timer
from testkit.eventually import eventually


async def test_items_expire_in_the_order_in_which_their_wait_began() -> None:
    expired: list[str] = []
    lane = Timer(grain=0.001).lane(0.02, expired.append)
    for item in ("first", "second", "third"):
        lane.add(item)
    lane.discard("second")
    await eventually(lambda: expired == ["first", "third"])
    assert len(lane) == 0


async def test_an_item_added_anew_waits_anew() -> None:
    expired: list[str] = []
    lane = Timer(grain=0.001).lane(0.05, expired.append)
    lane.add("patient")
    lane.add("other")
    lane.add("patient")
    await eventually(lambda: len(expired) == 2)
    assert expired == ["other", "patient"]


async def test_a_shorter_lane_is_not_kept_waiting_by_a_longer_one() -> None:
    expired: list[str] = []
    timer = Timer(grain=0.001)
    timer.lane(60.0, expired.append).add("late")
    timer.lane(0.01, expired.append).add("soon")
    await eventually(lambda: expired == ["soon"], within=1)
    timer.stop()


async def test_a_deadline_is_kept_exactly_by_those_who_ask() -> None:
    expired: list[str] = []
    timer = Timer(grain=30.0)  # the timer itself would come much later
    lane = timer.lane(0.0, expired.append)
    timer.stop()
    lane.add("due")
    await asyncio.sleep(0)
    lane.expire_if_due("due")
    lane.expire_if_due("due")
    assert expired == ["due"]
    timer.stop()


async def test_what_expires_may_begin_another_wait() -> None:
    rounds: list[int] = []
    timer = Timer(grain=0.001)

    def again(number: int) -> None:
        rounds.append(number)
        if number < 3:
            lane.add(number + 1)

    lane = timer.lane(0.005, again)
    lane.add(1)
    await eventually(lambda: rounds == [1, 2, 3])
