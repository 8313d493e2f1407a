"""Files: what people share, stored, scanned, and shown to whom it may be shown."""

import sys
from contextlib import aclosing

from chassis import database, running
from chassis.confined.runner import Runner
from chassis.counters import counting_client
from chassis.serving import background, serve
from eventbus import Consumer, Producer, outbox

from files import housekeeping, leftovers
from files.application import app_of, passes_of
from files.bells import Bell
from files.clamd import Scanner
from files.content.listener import listen
from files.content.origin import origin_of
from files.handlers import CONSUMES
from files.kinds import KINDS, WARM
from files.reconciling import command
from files.settings import Settings
from files.store import Store
from files.workshop import Workshop


async def main(settings: Settings) -> None:
    scanner, bell = Scanner(settings.clamd_url), Bell("places")
    async with (
        aclosing(counting_client(settings.redis_url.get_secret_value())) as redis,
        await database.connect(settings) as pool,
        Store.connect(settings.s3_url.get_secret_value(), settings.s3_region, settings.s3_public_url) as store,
        Producer(settings.kafka_url, "files") as producer,
        Runner(settings.media_jobs, WARM, settings.scratch) as runner,
        background(
            outbox.relay(pool, producer),
            Consumer(settings.kafka_url, CONSUMES, pool, producer, "files", settings.instance).run(),
            bell.listen(pool),
            Workshop(pool, store, scanner, settings, KINDS, runner).run(),
            housekeeping.prepare(store),
            housekeeping.run(pool, scanner),
            leftovers.run(pool, store),
            listen(origin_of(pool, store, passes_of(settings)), settings),
        ),
    ):
        await serve(app_of(settings, pool, store, redis, bell), settings)


if __name__ == "__main__":
    if sys.argv[1:2] == ["reconcile"]:
        command.run(sys.argv[2:])
    running.run("files", Settings, main)
