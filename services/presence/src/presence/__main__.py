"""Presence: who is online, away, busy or offline, over all of a person's devices."""

import asyncpg
from chassis import database, running
from chassis.serving import background, create_app, serve
from eventbus import Consumer, Producer, outbox
from fastapi import FastAPI

from presence import parts
from presence.announcing import Announcer
from presence.handlers import CONSUMES
from presence.routes import router
from presence.settings import Settings


def app_of(settings: Settings, pool: asyncpg.Pool, announcer: Announcer) -> FastAPI:
    checks = {"database": lambda: pool.execute("SELECT 1"), "redis": announcer.ready}
    app = create_app("presence", settings, (router,), checks)
    app.state.pool, app.state.announcer = pool, announcer
    return app


async def main(settings: Settings) -> None:
    async with (
        await database.create_pool(settings.database_url.get_secret_value(), settings.database_connections) as pool,
        parts.redis(settings.redis_url.get_secret_value()) as redis,
        Producer(settings.kafka_url, "presence") as producer,
    ):
        announcer = Announcer(redis, pool)
        consumer = Consumer(settings.kafka_url, CONSUMES, pool, producer, "presence", settings.instance)
        async with background(announcer.run(), consumer.run(), outbox.relay(pool, producer)):
            await serve(app_of(settings, pool, announcer), settings)


if __name__ == "__main__":
    running.run("presence", Settings, main)
