"""Every service and part is killed while people talk: all comes back by itself, and nothing is lost or doubled."""

import asyncio
import os
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from uuid import uuid4

import pytest
from journeys.people import Json, Person, Team, Town
from journeys.product import Product
from journeys.sockets import Client
from journeys.talk import Listener, Speaker, listening
from testkit import eventually
from testkit.jobs import running

VICTIMS = ("messaging", "gateway", "identity", "presence", "kafka", "postgres", "redis")
# More rounds, by night, meet more moments to be killed in (with a longer --timeout).
ROUNDS = int(os.environ.get("NEXUS_FAULT_ROUNDS", "1"))
A_SECOND = 10
# How long it takes is printed; what limits it is a machine with one slow processor for all of it.
BACK_WITHIN = 60.0
SERVICES = ("identity", "messaging", "presence", "gateway")
Check = Callable[[], bool] | Callable[[], Awaitable[bool]]


async def test_nothing_acknowledged_is_lost_or_doubled_whatever_is_killed(
    town: Town, product: Product, capsys: pytest.CaptureFixture[str]
) -> None:
    team = await town.team("Ada", "Bo", "Cy")
    ada, bo, cy = team
    async with AsyncExitStack() as at_end:
        speaker = Speaker(await ada.connect(reopen=True), team.channel_id)
        by_websocket = await at_end.enter_async_context(listening(bo, team.channel_id, "websocket"))
        by_polling = await at_end.enter_async_context(listening(cy, team.channel_id, "polling"))
        await at_end.enter_async_context(running(speaker.send()))
        listeners = {"websocket": by_websocket, "polling": by_polling}
        async with running(speaker.write(A_SECOND)):
            with capsys.disabled():
                print("\nseconds from the kill until it was right again:")
                await _kill_one_after_the_other(town, product, speaker, listeners, team)
        await eventually(lambda: len(speaker.acknowledged) == len(speaker.written), BACK_WITHIN)
        history = await ada.everything(team.channel_id)
        await eventually(lambda: all(len(one.view) >= len(history) for one in listeners.values()), BACK_WITHIN)
        _check(speaker, listeners, history)


async def _kill_one_after_the_other(
    town: Town, product: Product, speaker: Speaker, listeners: Mapping[str, Listener], team: Team
) -> None:
    assert set(await product.processes()) >= set(SERVICES)
    for victim in [name for name in VICTIMS if product.runs(name)] * ROUNDS:
        await _caught_up(speaker)
        began, before = time.monotonic(), product.pid(victim)
        product.kill(victim)
        checks = _checks(town, product, victim, before, speaker, listeners, team)
        took = await asyncio.gather(*(_back(began, check) for check in checks.values()), return_exceptions=True)
        print(
            f"  {victim:<10}", *(_told(name, seconds) for name, seconds in zip(checks, took, strict=True)), flush=True
        )
        if failed := [result for result in took if isinstance(result, Exception)]:
            raise ExceptionGroup(f"{victim} was killed, and then", failed)


async def _caught_up(speaker: Speaker) -> None:
    """All that was written until now is acknowledged, while more is written."""
    written = len(speaker.written)
    await eventually(lambda: len(speaker.acknowledged) >= written, BACK_WITHIN)


def _told(name: str, took: float | BaseException) -> str:
    return f"{name} {took:4.1f} " if isinstance(took, float) else f"{name}  not "


def _checks(
    town: Town, product: Product, victim: str, before: int, speaker: Speaker,
    listeners: Mapping[str, Listener], team: Team,
) -> dict[str, Check]:  # fmt: skip
    """What must hold again: the first message written after the kill is the one to follow."""
    first, ada = len(speaker.written), team.people[0]

    async def is_ready() -> bool:
        is_another = product.pid(victim) != before
        return is_another and all([await _is_ready(product, town, name) for name in SERVICES])

    async def signs_in() -> bool:
        return bool(await town.sign_in(ada.user["email"]))

    async def are_seen() -> bool:
        return [await _status(ada, person) for person in team.people[1:]] == ["online", "online"]

    def hears(listener: Listener) -> Check:
        return lambda: speaker.written[first] in listener.known

    return {
        "ready": is_ready,
        "sign-in": signs_in,
        "presence": are_seen,
        "newcomer": _Newcomer(town, team),
        "acknowledged": lambda: len(speaker.acknowledged) > first,
        **{name: hears(listener) for name, listener in listeners.items()},
    }


@dataclass(slots=True)
class _Newcomer:
    """Somebody new comes, which takes facts that services tell each other: then they are seen, under their name."""

    town: Town
    team: Team
    name: str = field(default_factory=lambda: f"Di {uuid4()}")
    person: Person | None = None
    client: Client | None = None

    async def __call__(self) -> bool:
        ada, workspace_id = self.team.people[0], self.team.workspace_id
        self.person = self.person or await self.town.join(ada, workspace_id, self.name)
        self.client = self.client or await self.person.connect()
        listed = await ada.get(f"/api/workspaces/{workspace_id}/members?search={self.name}")
        if [member["name"] for member in listed["members"]] != [self.name]:
            return False
        if await _status(ada, self.person) != "online":
            return False
        await self.client.close()
        return True


async def _status(asker: Person, of: Person) -> str:
    return str((await asker.get(f"/api/presence?userIds={of.id}"))["presence"][0]["status"])


async def _is_ready(product: Product, town: Town, name: str) -> bool:
    async with town.http.get(f"http://127.0.0.1:{product.port(name)}/readyz") as answer:
        return answer.status == 200


async def _back(began: float, check: Check) -> float:
    """Seconds from the kill until it held."""
    await eventually(check, within=BACK_WITHIN - (time.monotonic() - began))
    return time.monotonic() - began


def _check(speaker: Speaker, listeners: Mapping[str, Listener], history: list[Json]) -> None:
    assert [message["seq"] for message in history] == list(range(1, len(history) + 1))
    acknowledged = sorted(speaker.acknowledged.values(), key=lambda message: int(message["seq"]))
    assert acknowledged == history
    assert [message["clientMessageId"] for message in history] == speaker.written
    for name, listener in listeners.items():
        assert listener.messages == history, name
        assert len(listener.live_ids) == len(set(listener.live_ids)), f"{name} was told a message twice"
