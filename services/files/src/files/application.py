"""The HTTP app of files."""

import asyncpg
from chassis.serving import create_app
from fastapi import APIRouter, FastAPI

from files.settings import Settings
from files.store import Store

ROUTERS: tuple[APIRouter, ...] = ()
# For who knows a secret address: the only routes without a rule.
PUBLIC: tuple[APIRouter, ...] = ()
# What a form may have beside its file.
FORM_LEEWAY = 100_000


def app_of(settings: Settings, pool: asyncpg.Pool, store: Store) -> FastAPI:
    """The HTTP app over a database and a store."""
    checks = {"database": lambda: pool.execute("SELECT 1")}
    app = create_app("files", settings, (*ROUTERS, *PUBLIC), checks, body_limit=settings.file_limit + FORM_LEEWAY)
    app.state.pool, app.state.store, app.state.settings = pool, store, settings
    return app
