"""Registering, signing in and staying signed in."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

import asyncpg
from chassis.passwords import Passwords
from eventbus import Db

from identity import bot_tokens, invitations, refresh_tokens, sessions, users
from identity.access_tokens import AccessTokens
from identity.answers import BotSignedIn, SignedIn, User
from identity.bodies import Login, Registration
from identity.metrics import LOGINS, REGISTRATIONS, TOKENS_REFRESHED
from identity.sessions import Client
from identity.settings import Settings
from identity.signing_keys import SigningKeys
from identity.throttle import InvalidCredentials, Throttle

ACQUIRE_DEADLINE = 5.0


class BotTokenRefused(Exception):
    """The bot's token is unknown, expired or revoked."""


class RefreshRefused(Exception):
    """The refresh token is unknown, expired, used, or its session has ended."""


@dataclass(frozen=True, slots=True)
class Accounts:
    """What signing in needs."""

    settings: Settings
    pool: asyncpg.Pool
    keys: SigningKeys
    passwords: Passwords
    throttle: Throttle

    async def register(self, wanted: Registration, client: Client) -> SignedIn:
        """A new user, signed in."""
        await self.throttle.registration(client.ip_address)
        password_hash = await self.passwords.hash(wanted.password)
        async with self.transaction() as db:
            organization_id = await _organization(db, wanted)
            user = await users.add(db, organization_id, wanted.email, wanted.name, password_hash)
            if wanted.invitation_token is None:
                await users.name_founder(db, organization_id, user.id)
            answer = await self._signed_in(db, user, client)
        REGISTRATIONS.labels("joined" if wanted.invitation_token else "founded").inc()
        return answer

    async def log_in(self, wanted: Login, client: Client) -> SignedIn:
        """The user, in a new session; `InvalidCredentials` if the address or the password is wrong, `Deactivated` if
        both are right but the user was shut out."""
        async with self.throttle.sign_in(wanted.email, client.ip_address):
            user = await self._recognised(wanted)
            async with self.transaction() as db:
                await users.check_active(db, user.id)
                answer = await self._signed_in(db, user, client)
        LOGINS.labels("accepted").inc()
        return answer

    async def refresh(self, token: str) -> SignedIn:
        """New tokens for a session; `RefreshRefused` otherwise, which ends the session if the token was used."""
        lifetime = self.settings.refresh_token_lifetime
        async with self.transaction() as db:
            rotated = await refresh_tokens.rotate(db, token, lifetime)
            user = await users.get(db, rotated.user_id) if rotated else None
        # Only now: a refusal must not undo the end of the session.
        if rotated is None or user is None:
            raise RefreshRefused
        TOKENS_REFRESHED.inc()
        return await self._answer(user, rotated.session_id, rotated.token)

    async def let_bot_in(self, token: str) -> BotSignedIn:
        """An access token of the bot's own, good for its token's scopes; `BotTokenRefused` otherwise."""
        used = await bot_tokens.use(self.pool, token)
        if used is None:
            raise BotTokenRefused
        bot = await users.get(self.pool, used.user_id)
        access_token = await self._access_tokens().issue(bot, used.session_id, used.scopes)
        seconds = self.settings.access_token_seconds
        return BotSignedIn(user=User.of(bot), access_token=access_token, expires_in=seconds, scopes=used.scopes)

    def _access_tokens(self) -> AccessTokens:
        settings = self.settings
        return AccessTokens(self.keys, settings.issuer, settings.audience, settings.access_token_seconds)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Db]:
        """A transaction of its own, committed when the block ends."""
        async with self.pool.acquire(timeout=ACQUIRE_DEADLINE) as db, db.transaction():
            yield db

    async def _recognised(self, wanted: Login) -> users.User:
        known = await users.credentials(self.pool, wanted.email)
        if not await self.passwords.verify(known.password_hash if known else None, wanted.password) or known is None:
            LOGINS.labels("refused").inc()
            raise InvalidCredentials
        if self.passwords.outdated(known.password_hash):
            renewed = await self.passwords.hash(wanted.password)
            await users.replace_password_hash(self.pool, known.user.id, known.password_hash, renewed)
        return known.user

    async def _signed_in(self, db: Db, user: users.User, client: Client) -> SignedIn:
        session_id = await sessions.start(db, user.id, client, self.settings.session_lifetime)
        token = await refresh_tokens.issue(db, session_id, self.settings.refresh_token_lifetime)
        return await self._answer(user, session_id, token)

    async def _answer(self, user: users.User, session_id: UUID, refresh_token: str) -> SignedIn:
        access_token = await self._access_tokens().issue(user, session_id)
        return SignedIn(
            user=User.of(user), access_token=access_token, refresh_token=refresh_token,
            expires_in=self.settings.access_token_seconds,
        )  # fmt: skip


async def _organization(db: Db, wanted: Registration) -> UUID:
    if wanted.invitation_token is not None:
        return await invitations.organization_to_join(db, wanted.invitation_token, wanted.email)
    return await users.found_organization(db, wanted.organization_name or f"{wanted.name}'s organization")
