"""Share links, for whoever has one: nobody signs in here, and strangers learn nothing from what is refused."""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
from chassis.passwords import Passwords
from chassis.problems import Problem
from fastapi import APIRouter, Request, Response

from files.content.addresses import Addresses, moment
from files.content.passes import Pass, Viewer
from files.content.sights import LOOK, ORIGINAL
from files.links import accesses, links, tickets
from files.links.accesses import Outcome, Visitor, visitor_of
from files.links.bodies import Opening
from files.links.links import Found, State
from files.links.throttle import Throttle, Try

# Seconds: how long a refusal takes at the least, so that none is told from another by its time.
REFUSED_AFTER, JITTER = 0.15, 0.05
# How long an address of bytes is good for at the most: it has to be begun within, and gone on with.
TICKET_SECONDS, LOOK_SECONDS = 3_600, 600
NO_STORE = {"Cache-Control": "private, no-store", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex, nofollow"}

public = APIRouter(prefix="/api")


class Refused(Exception):
    """The one answer for every link that opens nothing."""


@dataclass(frozen=True, slots=True)
class Entrance:
    """What visitors by links are answered with."""

    pool: asyncpg.Pool
    addresses: Addresses
    passwords: Passwords
    throttle: Throttle

    async def show(self, token: str, visitor: Visitor) -> dict[str, Any]:
        """What a link leads to; with a password nothing of it is told before that was said."""
        async with self._refusing():
            attempt = await self.throttle.enter(visitor.address)
            found = await self._find(token, visitor, attempt)
            await attempt.was_right()
        await self._note(found, visitor, Outcome.SHOWN)
        return self._told(found) if found.password_hash is None else {"hasPassword": True, "expiresAt": _until(found)}

    async def open(self, token: str, password: str, visitor: Visitor) -> dict[str, Any]:
        """The same, with an address to download from."""
        async with self._refusing():
            attempt = await self.throttle.enter(visitor.address)
            found = await self._find(token, visitor, attempt, password)
            if found.password_hash is not None:
                await self._check(found, password, visitor)
            await attempt.was_right()
            ticket_id, expires_at = await self._issue(found, visitor)
        granted = Pass(
            found.file_id, found.version, ORIGINAL, Viewer.TICKET, ticket_id, int(expires_at.timestamp()), inline=False
        )
        told = {"url": self.addresses.of(granted, found.filename), "urlExpiresAt": moment(granted.expires_at)}
        return {**self._told(found), **told}

    async def _find(self, token: str, visitor: Visitor, attempt: Try, password: str | None = None) -> Found:
        async with self.pool.acquire(timeout=5) as db:
            found = await links.find(db, token)
        if found is not None and found.state is State.GOOD:
            return found
        if found is not None:
            await self._note(found, visitor, Outcome(found.state.value))
            await attempt.was_right()  # whoever has a link that ended has guessed nothing
        if password is not None:
            await self.passwords.verify(None, password)  # as long as a link takes that has one
        raise Refused

    async def _check(self, found: Found, password: str, visitor: Visitor) -> None:
        attempt = await self.throttle.password(found.id)
        if not await self.passwords.verify(found.password_hash, password):
            await self._note(found, visitor, Outcome.WRONG_PASSWORD)
            raise Problem(403, "wrong_password", "The password is wrong.")
        await attempt.was_right()

    async def _issue(self, found: Found, visitor: Visitor) -> tuple[UUID, datetime]:
        async with self.pool.acquire(timeout=5) as db, db.transaction():
            issued = await tickets.issue(db, found.id, found.version, visitor, TICKET_SECONDS)
            if issued is None:
                raise Refused
            await accesses.note(db, found.id, visitor, Outcome.OPENED)
            return issued

    async def _note(self, found: Found, visitor: Visitor, outcome: Outcome) -> None:
        async with self.pool.acquire(timeout=5) as db:
            await accesses.note(db, found.id, visitor, outcome)

    def _told(self, found: Found) -> dict[str, Any]:
        until = int(time.time()) + LOOK_SECONDS
        look = Pass(found.file_id, found.version, LOOK, Viewer.LINK, found.id, until, inline=True)
        return {
            "hasPassword": found.password_hash is not None,
            "filename": found.filename,
            "size": found.size,
            "mimeType": found.media_type,
            "expiresAt": _until(found),
            "downloadsLeft": found.left,
            # Answers 404 for what has no picture.
            "preview": self.addresses.of(look, "preview"),
        }

    @asynccontextmanager
    async def _refusing(self) -> AsyncIterator[None]:
        begun = time.monotonic()
        try:
            yield
        except Refused:
            least = REFUSED_AFTER + JITTER * secrets.randbelow(1_000) / 1_000
            await asyncio.sleep(max(0.0, begun + least - time.monotonic()))
            raise Problem(404, "not_found", "This link does not work, or not any more.") from None


def _until(found: Found) -> str | None:
    return found.expires_at.isoformat() if found.expires_at else None


@public.get("/shared/{token}")
async def show_shared(token: str, request: Request, response: Response) -> dict[str, Any]:
    response.headers.update(NO_STORE)
    return await _entrance(request).show(token, visitor_of(request))


@public.post("/shared/{token}")
async def open_shared(token: str, body: Opening, request: Request, response: Response) -> dict[str, Any]:
    response.headers.update(NO_STORE)
    return await _entrance(request).open(token, body.password, visitor_of(request))


def _entrance(request: Request) -> Entrance:
    entrance: Entrance = request.app.state.entrance
    return entrance
