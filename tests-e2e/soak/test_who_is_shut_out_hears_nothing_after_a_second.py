"""Sixty people are shut out while others talk: within a second their sockets at three gateways hear nothing more."""

import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, cycle

from journeys.endings import SHUTTINGS, Shutting
from journeys.onlookers import Onlooker, onlooker
from journeys.people import Person, Team, Town
from journeys.product import Product
from journeys.writing import Writer
from testkit import eventually
from testkit.jobs import all_running, running

VICTIMS = 60
A_SECOND = 20
LONGEST = 1.0
WITHIN = 60.0
OPEN_A_SECOND = 50


@dataclass(slots=True)
class Victim:
    """Somebody with a socket at each gateway, and when the request that shut them out had been answered."""

    person: Person
    shutting: Shutting
    sockets: Sequence[Onlooker]
    out_at: float = 0.0

    def lateness(self, channel_id: str) -> float:
        """Seconds from the answer until the last that any of the sockets heard: of the channel, or at all."""
        is_gone = self.shutting.ends_session or self.shutting is SHUTTINGS["removed from the workspace"]
        last = max(each.heard_at if is_gone else each.holds[channel_id].heard_at for each in self.sockets)
        return max(0.0, last - self.out_at)


async def test_who_is_shut_out_hears_nothing_after_a_second(town: Town, product: Product) -> None:
    ada, cy = (team := await town.team("Ada", "Cy"))
    people = await town.crowd(ada, team.workspace_id, VICTIMS)
    await ada.post(f"/api/channels/{team.channel_id}/members", {"userIds": [person.id for person in people]})
    async with product.gateways(3) as gateways:
        urls = [gateway.url for gateway in gateways]
        witnesses, *sockets = [
            [onlooker(person.token or "", [url], [team.channel_id]) for url in urls] for person in (cy, *people)
        ]
        victims = [Victim(*each) for each in zip(people, cycle(SHUTTINGS.values()), sockets, strict=False)]
        everybody = [*witnesses, *chain(*sockets)]

        async def hear(number: int) -> None:
            """So many more messages reach those who may hear them."""
            holds = [each.holds[team.channel_id] for each in witnesses]
            until = max(held.seq for held in holds) + number
            await eventually(lambda: all(held.seq >= until for held in holds), WITHIN)

        async with all_running(each.run(after=place / OPEN_A_SECOND) for place, each in enumerate(everybody)):
            await eventually(lambda: not any(each.is_behind for each in everybody), WITHIN)
            async with running(Writer(ada, [team.channel_id]).write(A_SECOND)):
                for victim in victims:
                    await hear(1)
                    await victim.shutting.out(town, team, victim.person)
                    victim.out_at = time.monotonic()
                await hear(2 * A_SECOND)
                late = [victim.lateness(team.channel_id) for victim in victims]
                await _come_back(victims)
                await hear(2 * A_SECOND)
        _tell(late, victims)
        _check(victims, team)
        assert statistics.quantiles(late, n=100)[98] <= LONGEST


async def _come_back(victims: Sequence[Victim]) -> None:
    """Those whose session ended have tried in vain; the others are cut off, and let in again."""
    sockets = [each for victim in victims if not victim.shutting.ends_session for each in victim.sockets]
    for each in sockets:
        each.cut()
    await eventually(lambda: all(each.connections == 2 and not each.is_behind for each in sockets), WITHIN)


def _check(victims: Sequence[Victim], team: Team) -> None:
    for victim in victims:
        for each in victim.sockets:
            assert each.faults == []
            if victim.shutting.ends_session:
                assert each.connections == 1
                assert set(each.refusals) == {"unauthenticated"}
            else:
                assert each.left == {team.channel_id}


def _tell(late: list[float], victims: Sequence[Victim]) -> None:
    centiles = [1000 * seconds for seconds in statistics.quantiles(late, n=100)]
    back = [each.recovered for victim in victims for each in victim.sockets if each.connections == 2]
    print(
        f"\n{len(late)} people shut out: the last event came p50 {centiles[49]:.0f} ms, p99 {centiles[98]:.0f} ms, "
        f"at the most {1000 * max(late):.0f} ms after the answer; "
        f"{len(back)} sockets came back, {sum(back)} of them recovered"
    )
