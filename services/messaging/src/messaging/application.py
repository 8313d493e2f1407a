"""Messaging's HTTP app, and its ways to the outside."""

import asyncpg
from chassis.confined.runner import Runner
from chassis.serving import create_app
from fastapi import FastAPI

from messaging import (
    channel_routes,
    emoji_routes,
    internal_routes,
    message_routes,
    poll_routes,
    shard_routes,
    thread_routes,
    workspace_routes,
)
from messaging.gifs import routes as gif_routes
from messaging.gifs.sources import Sources
from messaging.integrations import bot_routes, command_routes, hook_routes, outgoing_routes, press_routes
from messaging.integrations.guessing import Guesses
from messaging.integrations.outside import Outside
from messaging.links import routes as link_routes
from messaging.mentions import group_routes
from messaging.moderation import routes as moderation_routes
from messaging.outbound.guard import Guard, look_up
from messaging.personal import routes as personal_routes
from messaging.previews import worker as previews
from messaging.previews.fetching import Fetcher
from messaging.previews.pages import Look
from messaging.read_state import routes as read_routes
from messaging.retention import reports as retention_reports
from messaging.retention import routes as retention_routes
from messaging.rights import routes as right_routes
from messaging.settings import Settings
from messaging.sharding.databases import Databases
from messaging.transfers import transfer_routes

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
    gif_routes.router,
    right_routes.router,
    retention_routes.router,
    moderation_routes.router,
    poll_routes.router,
    transfer_routes.router,
    hook_routes.router,
    command_routes.router,
    outgoing_routes.router,
    press_routes.router,
    bot_routes.router,
    internal_routes.router,
    shard_routes.router,
)


# For programs that know a secret address: the only routes without a rule.
PUBLIC = (hook_routes.public, command_routes.public)


def app_of(
    settings: Settings,
    pool: asyncpg.Pool,
    decoder: Runner,
    gifs: Sources | None = None,
    databases: Databases | None = None,
) -> FastAPI:
    """The HTTP app over a database; `decoder` runs what looks into foreign bytes."""
    app = create_app(
        "messaging", settings, (*ROUTERS, *PUBLIC), {"database": lambda: pool.execute("SELECT 1")}, body_limit=4_000_000
    )
    app.state.pool = pool
    app.state.databases = databases or Databases(pool)
    app.state.decoder = decoder
    app.state.outside = outside_of(settings)
    app.state.gifs = gifs or Sources()
    app.state.guesses = Guesses()
    app.state.public_url = settings.public_url.rstrip("/")
    app.state.invitation_days = settings.invitation_days
    app.state.report_key = retention_reports.key_of(settings.internal_secret.get_secret_value())
    return app


def outside_of(settings: Settings) -> Outside:
    """The way to integrations."""
    return Outside(Guard(look_up, _places(settings.integrations_allowed)))


def _places(allowed: str) -> frozenset[str]:
    return frozenset(place.strip() for place in allowed.split(","))


def gif_guard_of(settings: Settings) -> Guard:
    """Where a provider of GIFs may be."""
    return Guard(look_up, _places(settings.gif_provider_allowed))


def look_of(settings: Settings, runner: Runner) -> Look | None:
    """How pages are looked at; None if they are not to be."""
    guard = Guard(look_up, _places(settings.link_previews_allowed))
    return previews.looking_with(Fetcher(guard), runner) if settings.link_previews else None
