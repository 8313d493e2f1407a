"""The gateway beside a client that stops reading: it stays small, is rid of it, and the others hear everything."""

import pytest
from eventbus import Producer
from flood import MB, Flood, Watch, connected, reading
from talking import House, Team
from testkit import eventually
from testkit.jobs import running

OFFERED = 20 * MB
GROWTH_MIB = 16
# For a busy machine; `make soak` looks at the clock.
WITHIN = 60


@pytest.mark.timeout(300)
async def test_a_client_that_stops_reading_costs_little_and_is_closed(house: House, team: Team, kafka_url: str) -> None:
    async with (
        house.another_gateway() as gateway,
        Producer(kafka_url, "flood") as producer,
        connected(gateway.url, team.bob.token) as stopped,
        reading(gateway.url, [team.alice.token] * 2) as readers,
        running((watch := Watch(gateway, stopped)).run()),
    ):
        flood = Flood(producer, team.channel_id)
        await flood.pour(OFFERED)
        await eventually(lambda: watch.closed_at and watch.gone_at, WITHIN)
        await eventually(lambda: all(len(reader.seqs) == flood.seq for reader in readers), WITHIN)
    assert [reader.seqs for reader in readers] == [[*range(1, flood.seq + 1)]] * 2
    assert watch.growth_mib <= GROWTH_MIB
