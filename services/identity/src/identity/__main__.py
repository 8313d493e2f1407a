"""Identity: organizations, users, signing in, sessions and the keys behind them."""

import sys
from contextlib import aclosing

from chassis.counters import counting_client
from chassis.database import connect
from chassis.running import run
from chassis.serving import background, serve
from eventbus import Consumer, Producer, outbox

from identity import application, housekeeping, signing_keys
from identity.handlers import CONSUMES
from identity.settings import Settings
from identity.signing_keys import Vault


async def main(settings: Settings) -> None:
    redis = counting_client(settings.redis_url.get_secret_value())
    async with aclosing(redis), await connect(settings) as pool, Producer(settings.kafka_url, "identity") as producer:
        app = await application.build(settings, pool, redis)
        async with background(
            outbox.relay(pool, producer),
            Consumer(settings.kafka_url, CONSUMES, pool, producer, "identity", settings.instance).run(),
            housekeeping.run(pool),
        ):
            await serve(app, settings)


async def rotate_key(settings: Settings) -> None:
    async with await connect(settings) as pool, pool.acquire(timeout=10) as db, db.transaction():
        print(await signing_keys.rotate(db, Vault(settings.identity_secret.get_secret_value())))


if __name__ == "__main__":
    run("identity", Settings, rotate_key if sys.argv[1:] == ["rotate-key"] else main)
