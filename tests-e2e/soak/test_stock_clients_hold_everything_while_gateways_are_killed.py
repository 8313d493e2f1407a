"""Three gateways die over and over under load: every stock client ends with exactly what is stored, each message once.

`NEXUS_FAULT_ROUNDS` says how many die (30, three in four by SIGKILL), `NEXUS_FAULT_SEED` repeats a run.
"""

from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack

from journeys.apps import App, use
from journeys.havoc import ROUNDS, Havoc
from journeys.people import Json, Town
from journeys.product import Product
from journeys.sockets import UPGRADE
from journeys.talk import Speaker
from testkit import eventually
from testkit.jobs import all_running

TRANSPORTS = ("websocket", "polling", UPGRADE, "websocket", "polling", "polling", UPGRADE, "websocket")
SPEAKERS = 4
A_SECOND = 20
# More than gateways tell anybody who comes back: whoever misses so many messages has to ask for them.
TOO_MANY = 600
BACK_WITHIN = 120.0
Histories = Mapping[str, list[Json]]


async def test_stock_clients_hold_everything_while_gateways_are_killed(town: Town, product: Product) -> None:
    team = await town.team("Ada", *(f"Bo {number}" for number in range(len(TRANSPORTS))))
    ada, *others = team
    members = [person.id for person in others]
    more = [await ada.channel(team.workspace_id, name, members=members) for name in ("news", "random")]
    channel_ids = [team.channel_id, *more]
    async with product.gateways(3) as gateways, AsyncExitStack() as at_end:
        urls = [gateway.url for gateway in gateways]
        wanderer, *apps = everybody = [
            await use(person, channel_ids, transport, _turned(urls, place))
            for place, (person, transport) in enumerate(zip(others, TRANSPORTS, strict=True))
        ]
        speakers = [
            Speaker(await ada.connect(reopen=True, urls=_turned(urls, place)), channel_ids[place % 3])
            for place in range(SPEAKERS)
        ]
        for client in [*(app.client for app in everybody), *(speaker.client for speaker in speakers)]:
            at_end.push_async_callback(client.close)
        havoc = Havoc(gateways, apps)
        async with all_running([*(app.run() for app in everybody), *(speaker.send() for speaker in speakers)]):
            await _rage(havoc, wanderer, speakers)
            await eventually(lambda: all(len(s.acknowledged) == len(s.written) for s in speakers), BACK_WITHIN)
            histories = {channel_id: await ada.everything(channel_id) for channel_id in channel_ids}
            try:
                await eventually(lambda: all(app.holds(histories) for app in everybody), BACK_WITHIN)
            finally:
                print(f"\n{havoc.report}; who was away: {dict(wanderer.returns)}\n{_verdict(everybody, histories)}")
        assert [fault for app in everybody for fault in app.faults] == []
        _check_stored(speakers, histories)


async def _rage(havoc: Havoc, wanderer: App, speakers: Sequence[Speaker]) -> None:
    """While all this happens people talk, and one is away for longer than anybody is waited for."""
    async with all_running(speaker.write(A_SECOND / len(speakers)) for speaker in speakers):
        await wanderer.client.leave()
        begun = _stored(speakers)
        await havoc.rage(ROUNDS)
        await eventually(lambda: _stored(speakers) > begun + TOO_MANY, BACK_WITHIN)
        await wanderer.client.connect()
        assert wanderer.returns["recovered"] == 0


def _turned(urls: list[str], place: int) -> list[str]:
    """The same gateways in the same order, beginning at another one."""
    return urls[place % len(urls) :] + urls[: place % len(urls)]


def _stored(speakers: Sequence[Speaker]) -> int:
    return sum(len(speaker.acknowledged) for speaker in speakers)


def _verdict(apps: Sequence[App], histories: Histories) -> str:
    """What became of each message at each program, for the eye."""
    stored = sum(map(len, histories.values()))
    lost = sum(
        len({message["seq"] for message in history} - {message["seq"] for message in app.views[channel_id].messages})
        for app in apps
        for channel_id, history in histories.items()
    )
    faults = [fault for app in apps for fault in app.faults]
    return f"{stored} messages stored, {len(apps)} programs: {lost} lost; doubled or out of order: {faults[:10] or 0}"


def _check_stored(speakers: Sequence[Speaker], histories: Histories) -> None:
    """What was acknowledged is stored as it was acknowledged, once, and nothing else is."""
    for channel_id, history in histories.items():
        assert [message["seq"] for message in history] == list(range(1, len(history) + 1))
        here = [speaker for speaker in speakers if speaker.channel_id == channel_id]
        told = [message for speaker in here for message in speaker.acknowledged.values()]
        assert sorted(told, key=lambda message: int(message["seq"])) == history
