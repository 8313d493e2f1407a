"""Messaging: workspaces, channels and messages."""

import asyncpg
from chassis import database, running
from chassis.serving import background, create_app, serve
from eventbus import Consumer, Producer, outbox
from fastapi import FastAPI

from messaging import (
    alarms,
    channel_routes,
    internal_routes,
    link_routes,
    message_routes,
    personal_routes,
    read_routes,
    thread_routes,
    workspace_routes,
)
from messaging.handlers import CONSUMES
from messaging.settings import Settings

ROUTERS = (
    workspace_routes.router,
    channel_routes.router,
    message_routes.router,
    read_routes.router,
    personal_routes.router,
    link_routes.router,
    thread_routes.router,
    internal_routes.router,
)


def app_of(settings: Settings, pool: asyncpg.Pool) -> FastAPI:
    """The HTTP app over a database."""
    app = create_app(
        "messaging", settings, ROUTERS, {"database": lambda: pool.execute("SELECT 1")}, body_limit=4_000_000
    )
    app.state.pool = pool
    app.state.invitation_days = settings.invitation_days
    return app


async def main(settings: Settings) -> None:
    async with (
        await database.connect(settings) as pool,
        Producer(settings.kafka_url, "messaging") as producer,
        background(
            outbox.relay(pool, producer),
            alarms.run(pool),
            Consumer(settings.kafka_url, CONSUMES, pool, producer, "messaging", settings.instance).run(),
        ),
    ):
        await serve(app_of(settings, pool), settings)


if __name__ == "__main__":
    running.run("messaging", Settings, main)
