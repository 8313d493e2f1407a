"""How many messages a second are stored and delivered through the gateway's sockets, beside PostgreSQL's own ceiling.

`python bench/send.py [seconds]`. Everything runs on this machine: parts, services and the load.
"""

import asyncio
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import asyncpg
import uvloop
from product import Product, cpu_seconds, machine, people_channels, running
from sockets import Client, Tally, connect

CALLERS = 32
CEILING_TABLE = "CREATE TABLE ceiling (LIKE messages INCLUDING ALL)"
CEILING_ROW = """
    INSERT INTO ceiling (id, channel_id, user_id, content, created_at, updated_at, seq, client_message_id)
    VALUES (gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), repeat('x', 100), now(), now(),
        nextval('ceiling_seq'), gen_random_uuid()::text);
"""


async def postgres_ceiling(database_url: str, seconds: int) -> float:
    """Rows a second that PostgreSQL takes from 32 callers, each committing one row at a time, into the same table."""
    db = await asyncpg.connect(database_url)
    await db.execute(CEILING_TABLE)
    await db.execute("CREATE SEQUENCE ceiling_seq")
    await db.close()
    done = await asyncio.to_thread(pgbench, database_url, seconds)
    line = next(line for line in done.splitlines() if line.startswith("tps"))
    return float(line.split("=")[1].split()[0])


def pgbench(database_url: str, seconds: int) -> str:
    program = next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin/pgbench"))), Path("pgbench"))
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as script:
        script.write(CEILING_ROW)
        script.flush()
        command = [program, "-n", "-c", CALLERS, "-j", 2, "-T", seconds, "-f", script.name, database_url]
        return subprocess.run([*map(str, command)], capture_output=True, text=True, check=True).stdout


async def as_fast_as_it_goes(clients: list[Client], tally: Tally, seconds: float, window: int) -> float:
    """Messages acknowledged a second while some clients each keep one message under way."""
    stop_at = time.perf_counter() + seconds

    async def keep_sending(client: Client) -> None:
        while time.perf_counter() < stop_at:
            await asyncio.wait_for(client.send(), 15)

    before, started = tally.acknowledged, time.perf_counter()
    await asyncio.gather(*(keep_sending(client) for client in clients[:: max(1, len(clients) // window)]))
    return (tally.acknowledged - before) / (time.perf_counter() - started)


async def at_rate(clients: list[Client], tally: Tally, rate: float, seconds: float) -> tuple[float, float]:
    """(p50, p99) in milliseconds from send to receive, when messages come at a steady rate whatever happens."""
    tally.latencies.clear()
    started, number = time.perf_counter(), 0
    while (passed := time.perf_counter() - started) < seconds:
        while number < passed * rate:
            clients[number * 7 % len(clients)].send()
            number += 1
        await asyncio.sleep(0.002)
    await _quiet(tally)
    centiles = statistics.quantiles(tally.latencies, n=100)
    return centiles[49], centiles[98]


async def _quiet(tally: Tally) -> None:
    seen = -1
    while tally.received != seen:
        seen = tally.received
        await asyncio.sleep(0.5)


async def measure(product: Product, channels: int, members: int, seconds: int, ceiling: float) -> None:
    tally = Tally()
    made = await people_channels(product, channels, members)
    clients = [
        Client(member.token, channel_id, tally, samples=place == members - 1)
        for channel_id, people in made
        for place, member in enumerate(people)
    ]
    await connect(product.gateway.url, clients)
    await as_fast_as_it_goes(clients, tally, 2, 160)
    await _quiet(tally)
    tally.received, before, sent = 0, cpu_seconds(), tally.acknowledged
    most = await as_fast_as_it_goes(clients, tally, seconds, 160)
    await _quiet(tally)
    sent = tally.acknowledged - sent
    used = {name: round(value - before.get(name, 0), 1) for name, value in cpu_seconds().items()}
    print(f"\n{channels} channel(s) of {members} members")
    print(f"  stored and delivered   {most:8.0f} messages/s ({most / ceiling:.2f} of PostgreSQL's ceiling)")
    print(f"  deliveries             {tally.received:8d} of {sent * (members - 1)} expected, {tally.refused} refused")
    print(f"  processor seconds      {', '.join(f'{name} {value}' for name, value in sorted(used.items()))}")
    for share in (0.1, 0.5):
        p50, p99 = await at_rate(clients, tally, most * share, seconds)
        print(f"  send to receive at {share:3.0%}  p50 {p50:6.1f} ms   p99 {p99:6.1f} ms   ({most * share:.0f}/s)")
    for client in clients:
        client.transport.close()


async def main(seconds: int) -> None:
    print(machine())
    async with running() as product:
        ceiling = await postgres_ceiling(product.database_url, seconds)
        print(f"PostgreSQL alone         {ceiling:8.0f} rows/s ({CALLERS} callers, one commit per row)")
        await measure(product, 20, 20, seconds, ceiling)
        await measure(product, 1, 100, seconds, ceiling)


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 10))
