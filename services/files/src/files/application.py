"""The HTTP app of files."""

import re
from functools import partial

import asyncpg
from chassis.bodies import DEFAULT_LIMIT
from chassis.passwords import Cost, Passwords
from chassis.serving import create_app
from fastapi import APIRouter, FastAPI
from redis.asyncio import Redis
from starlette.types import Scope

from files import conversions, file_routes, form_bodies, upload_routes
from files.bells import Bell
from files.content import routes as content_routes
from files.content.addresses import Addresses
from files.content.passes import Passes
from files.direct import routes as direct_routes
from files.links import routes as link_routes
from files.links import shared
from files.links.shared import Entrance
from files.links.throttle import Throttle
from files.settings import Settings
from files.settling import Settling
from files.store import Store
from files.tus import routes as tus_routes

ROUTERS: tuple[APIRouter, ...] = (
    upload_routes.router, tus_routes.router, direct_routes.router, link_routes.router, content_routes.router,
    file_routes.router, conversions.router,
)  # fmt: skip
# For who knows a secret address: the only routes without a rule.
PUBLIC: tuple[APIRouter, ...] = (shared.public,)

STREAMED = re.compile(r"/api/files(/tus(/[^/]+)?|/[^/]+/versions)?")


def app_of(settings: Settings, pool: asyncpg.Pool, store: Store, redis: Redis, bell: Bell) -> FastAPI:
    """The HTTP app over a database, a store, and the Redis that counts tries. `bell` rings for new places."""
    checks = {"database": lambda: pool.execute("SELECT 1")}
    app = create_app("files", settings, (*ROUTERS, *PUBLIC), checks, body_limit=partial(_body_limit, settings))
    app.state.pool, app.state.store, app.state.settings = pool, store, settings
    app.state.tus_chunks = 0
    app.state.settling = Settling(bell, settings.place_patience)
    app.state.addresses = Addresses(passes_of(settings), settings.content_url.rstrip("/"))
    app.state.passwords = Passwords(Cost())
    app.state.entrance = Entrance(pool, app.state.addresses, app.state.passwords, Throttle(redis))
    return app


def _body_limit(settings: Settings, scope: Scope) -> int:
    """What is read as a stream may be as large as a file, and nothing else, which is held whole."""
    is_streamed = STREAMED.fullmatch(scope["path"]) is not None
    return settings.file_limit + form_bodies.LEEWAY if is_streamed else DEFAULT_LIMIT


def passes_of(settings: Settings) -> Passes:
    return Passes(settings.internal_secret.get_secret_value())
