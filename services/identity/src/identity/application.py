"""The service put together from its parts."""

import asyncpg
from chassis.passwords import Passwords
from chassis.serving import create_app
from fastapi import FastAPI
from redis.asyncio import Redis

from identity import bot_routes, refusals, routes
from identity.accounts import Accounts
from identity.settings import Settings
from identity.signing_keys import SigningKeys, Vault
from identity.throttle import Throttle

# No request of ours is near it; larger ones are refused unread.
LARGEST_BODY = 64 * 1024


async def build(settings: Settings, pool: asyncpg.Pool, redis: Redis) -> FastAPI:
    """The HTTP app, with a key to sign with."""
    signing_keys = SigningKeys(pool, Vault(settings.identity_secret.get_secret_value()))
    await signing_keys.prepare()
    app = create_app(
        "identity", settings, (routes.router, bot_routes.router, routes.keys),
        {"database": lambda: pool.fetchval("SELECT 1")}, body_limit=LARGEST_BODY,
    )  # fmt: skip
    refusals.install(app)
    app.state.accounts = Accounts(
        settings, pool, signing_keys, Passwords(settings.password_cost), Throttle(redis, settings)
    )
    return app
