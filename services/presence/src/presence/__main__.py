"""Presence: who is online, away, busy or offline, over all of a person's devices."""

import asyncpg
from chassis import database, running
from chassis.serving import background, create_app, serve
from eventbus import Consumer, Producer
from fastapi import FastAPI
from redis.asyncio import Redis

from presence.announcing import DEADLINE, Announcer
from presence.handlers import CONSUMES
from presence.routes import router
from presence.settings import Settings


def app_of(settings: Settings, pool: asyncpg.Pool, announcer: Announcer) -> FastAPI:
    checks = {"database": lambda: pool.execute("SELECT 1"), "redis": announcer.listening.wait}
    app = create_app("presence", settings, (router,), checks)
    app.state.pool, app.state.announcer = pool, announcer
    return app


async def main(settings: Settings) -> None:
    url = settings.redis_url.get_secret_value()
    async with (
        await database.connect(settings) as pool,
        Redis.from_url(url, socket_connect_timeout=DEADLINE) as redis,
        Producer(settings.kafka_url, "presence") as producer,
    ):
        announcer = Announcer(redis, pool)
        async with background(
            announcer.run(), Consumer(settings.kafka_url, CONSUMES, pool, producer, group="presence").run()
        ):
            await serve(app_of(settings, pool, announcer), settings)


if __name__ == "__main__":
    running.run("presence", Settings, main)
