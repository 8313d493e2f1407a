"""Messaging: workspaces, channels and messages."""

import asyncpg
from chassis import database, running
from chassis.serving import background, create_app, serve
from eventbus import Consumer, Producer, outbox
from fastapi import FastAPI

from messaging import (
    alarms,
    channel_routes,
    emoji_routes,
    group_routes,
    internal_routes,
    link_routes,
    message_routes,
    personal_routes,
    read_routes,
    thread_routes,
    workspace_routes,
)
from messaging.handlers import CONSUMES
from messaging.previews import worker as previews
from messaging.previews.fetching import Fetcher
from messaging.previews.guard import Guard, look_up
from messaging.previews.pages import Look
from messaging.settings import Settings

ROUTERS = (
    workspace_routes.router,
    channel_routes.router,
    message_routes.router,
    read_routes.router,
    personal_routes.router,
    link_routes.router,
    thread_routes.router,
    group_routes.router,
    emoji_routes.router,
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


def look_of(settings: Settings) -> Look | None:
    """How pages are looked at; None if they are not to be."""
    allowed = frozenset(place.strip() for place in settings.link_previews_allowed.split(","))
    return previews.looking_with(Fetcher(Guard(look_up, allowed))) if settings.link_previews else None


async def main(settings: Settings) -> None:
    async with (
        await database.connect(settings) as pool,
        Producer(settings.kafka_url, "messaging") as producer,
        background(
            outbox.relay(pool, producer),
            alarms.run(pool),
            previews.run(pool, look_of(settings), settings.link_previews_per_minute),
            Consumer(settings.kafka_url, CONSUMES, pool, producer, "messaging", settings.instance).run(),
        ),
    ):
        await serve(app_of(settings, pool), settings)


if __name__ == "__main__":
    running.run("messaging", Settings, main)
