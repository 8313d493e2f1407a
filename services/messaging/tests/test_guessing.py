"""Who tries secret addresses that are wrong is let try no more for a while; nobody else notices."""

import aiohttp
import pytest
from chassis.problems import Problem
from messaging.integrations import guessing
from messaging.integrations.guessing import A_MINUTE, REMEMBERED, WINDOW, Guesses
from office import Office
from uuid_utils.compat import uuid7


class Clock:
    now = 1_000.0

    def __call__(self) -> float:
        return self.now


def exhausted(guesses: Guesses, address: str) -> Guesses:
    for _ in range(A_MINUTE):
        guesses.check(address)
        guesses.missed(address)
    return guesses


def refused(guesses: Guesses, address: str) -> bool:
    try:
        guesses.check(address)
    except Problem as problem:
        return (problem.status, problem.type) == (429, "too_many_requests")
    return False


def test_after_thirty_wrong_ones_an_address_waits_for_the_minute_to_end() -> None:
    clock = Clock()
    guesses = exhausted(Guesses(clock), "203.0.113.7")
    assert refused(guesses, "203.0.113.7")
    assert not refused(guesses, "203.0.113.8")
    clock.now += WINDOW
    assert not refused(guesses, "203.0.113.7")


def test_an_ipv6_caller_is_its_whole_network() -> None:
    guesses = exhausted(Guesses(Clock()), "2001:db8::1")
    assert refused(guesses, "2001:db8::ffff")
    assert not refused(guesses, "2001:db8:0:1::1")


def test_no_more_addresses_are_remembered_than_that(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guessing, "REMEMBERED", 3)
    guesses = Guesses(Clock())
    for last in range(10):
        guesses.missed(f"203.0.113.{last}")
    assert len(guesses) == 3
    assert REMEMBERED == 10_000


async def test_guessing_webhooks_and_answers_is_stopped_by_address_and_not_for_others(
    office: Office, http: aiohttp.ClientSession, url: str
) -> None:
    hook = await office.owner.made(f"/api/channels/{office.channel_id}/hooks", {"name": "CI"})

    async def ask(path: str, address: str) -> int:
        headers = {"X-Forwarded-For": address}
        async with http.post(url + path, json={"text": "x"}, headers=headers) as answer:
            return answer.status

    wrong = [f"/api/{kind}/{uuid7()}/{'x' * 32}" for kind in ("hooks", "responses") for _ in range(A_MINUTE // 2)]
    assert {await ask(path, "203.0.113.7") for path in wrong} == {404}
    assert await ask(wrong[0], "203.0.113.7") == await ask(wrong[-1], "203.0.113.7") == 429
    assert await ask(hook["path"], "203.0.113.7") == 429
    assert await ask(hook["path"], "203.0.113.8") == 200
    assert [message["content"] for message in (await office.history(office.owner))["messages"]] == ["x"]
