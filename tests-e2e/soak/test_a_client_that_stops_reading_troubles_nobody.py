"""180 MB are said to a room in which one has stopped reading: the gateway hardly grows, and nobody else waits."""

import statistics

from eventbus import Producer
from flood import MB, Flood, Watch, connected, reading
from journeys.people import Town
from journeys.product import Product
from testkit import eventually
from testkit.jobs import running

OFFERED, A_SECOND = 180 * MB, 6 * MB
READERS = 5
GROWTH_MIB = 16
DELAY_P99 = 0.05
CLOSED_WITHIN = 5.0
WITHIN = 60.0


async def test_a_client_that_stops_reading_troubles_nobody(town: Town, product: Product) -> None:
    team = await town.team("Ada", "Bo")
    ada, bo = team
    async with (
        product.gateways(1) as (gateway,),
        Producer(product.kafka_url, "flood") as producer,
        connected(gateway.url, bo.token or "") as stopped,
        reading(gateway.url, [ada.token or ""] * READERS) as readers,
        running((watch := Watch(gateway, stopped)).run()),
    ):
        flood = Flood(producer, team.channel_id)
        await flood.pour(OFFERED, A_SECOND)
        await eventually(lambda: watch.closed_at and watch.gone_at, WITHIN)
        await eventually(lambda: all(len(reader.seqs) == flood.seq for reader in readers), WITHIN)
    assert all(reader.seqs == [*range(1, flood.seq + 1)] for reader in readers)
    centiles = statistics.quantiles([delay for reader in readers for delay in reader.delays], n=100)
    assert watch.closed_at is not None
    assert watch.gone_at is not None
    gone_after = watch.gone_at - watch.closed_at
    print(
        f"\n{OFFERED // MB} MB at {A_SECOND // MB} MB/s to {READERS} who read and one who does not: "
        f"the gateway grew by {watch.growth_mib:.1f} MiB, from {watch.began_mib:.0f}; "
        f"the one was gone {gone_after:.1f} s after it was found too slow; "
        f"others' delay p50 {centiles[49] * 1000:.1f} ms, p99 {centiles[98] * 1000:.1f} ms"
    )
    assert watch.growth_mib <= GROWTH_MIB
    assert centiles[98] <= DELAY_P99
    assert gone_after <= CLOSED_WITHIN
