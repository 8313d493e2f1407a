"""Where integrations are asked, and the secrets their requests are signed with."""

from uuid import UUID

from chassis.problems import Problem, not_found
from eventbus import Db
from fastapi import Request

from messaging.integrations import signing
from messaging.integrations.outside import Endpoint, Outside
from messaging.outbound.guard import Refused, Unreachable
from messaging.permissions import Ask

# Until then a receiver may know either secret.
BOTH_GOOD_FOR = "24 hours"
ADD = """
    INSERT INTO endpoints (integration_id, url, secret) VALUES ($1, $2, $3)
    ON CONFLICT (integration_id) DO UPDATE SET url = excluded.url RETURNING secret = $3
"""
ROTATE = f"""
    UPDATE endpoints SET old_secret = secret, old_secret_until = now() + interval '{BOTH_GOOD_FOR}', secret = $2
    WHERE integration_id = $1 RETURNING true
"""  # noqa: S608 - a constant
GET = """
    SELECT url, secret, CASE WHEN old_secret_until > now() THEN old_secret END AS old_secret
    FROM endpoints WHERE integration_id = $1
"""


async def require_fit(request: Request, ask: Ask, url: str | None) -> None:
    """`Problem` 422 for an address that is never asked; first the asker's own, if they may not have anything asked.

    Outside of transactions: names can take long to look up.
    """
    if url is None:
        return
    async with ask.granted():
        pass
    outside: Outside = request.app.state.outside
    try:
        await outside.check(url)
    except (Refused, Unreachable) as error:
        raise Problem(422, "invalid_request", f"url: {error}") from None


async def save(db: Db, integration_id: UUID, url: str) -> str | None:
    """Have the integration asked there; its secret if it has one only now."""
    secret = signing.new_secret()
    return secret if await db.fetchval(ADD, integration_id, url, secret) else None


async def rotate(db: Db, integration_id: UUID) -> str:
    """A new secret; for a day requests are signed with the old one, too. `Problem` 404 without an address."""
    secret = signing.new_secret()
    if not await db.fetchval(ROTATE, integration_id, secret):
        raise not_found("address that is asked")
    return secret


async def of(db: Db, integration_id: UUID) -> Endpoint | None:
    row = await db.fetchrow(GET, integration_id)
    if row is None:
        return None
    return Endpoint(row["url"], (row["secret"], *([row["old_secret"]] if row["old_secret"] else [])))


async def forget(db: Db, integration_id: UUID) -> None:
    await db.execute("DELETE FROM endpoints WHERE integration_id = $1", integration_id)
