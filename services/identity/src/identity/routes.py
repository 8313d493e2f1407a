"""Identity's public HTTP routes."""

from chassis.problems import not_found
from chassis.schema import Id
from fastapi import APIRouter, Depends, Response

from identity import deactivation, sessions, users
from identity.answers import Session, Sessions, SignedIn, User
from identity.bodies import Login, ProfileChange, Refresh, Registration
from identity.callers import HttpAccounts, HttpClient, SignedInCaller, SignedInUser, keep_private

router = APIRouter(prefix="/api", dependencies=[Depends(keep_private)])
keys = APIRouter()


@router.post("/auth/register", status_code=201)
async def register(wanted: Registration, accounts: HttpAccounts, client: HttpClient) -> SignedIn:
    """Register, which also signs in."""
    return await accounts.register(wanted, client)


@router.post("/auth/login")
async def log_in(wanted: Login, accounts: HttpAccounts, client: HttpClient) -> SignedIn:
    """Sign in with e-mail address and password."""
    return await accounts.log_in(wanted, client)


@router.post("/auth/refresh")
async def refresh(wanted: Refresh, accounts: HttpAccounts) -> SignedIn:
    """Exchange a refresh token; presenting it a second time ends the session."""
    return await accounts.refresh(wanted.refresh_token)


@router.post("/auth/logout", status_code=204)
async def log_out(user: SignedInUser, accounts: HttpAccounts) -> None:
    """End the session of the access token."""
    async with accounts.transaction() as db:
        await sessions.revoke(db, user.session_id, user.user_id, "signed_out")


@router.get("/auth/sessions")
async def list_sessions(user: SignedInUser, accounts: HttpAccounts) -> Sessions:
    """Where one is signed in."""
    live = await sessions.of_user(accounts.pool, user.user_id)
    return Sessions(sessions=[Session.of(session, current=user.session_id) for session in live])


@router.delete("/auth/sessions/{session_id}", status_code=204)
async def end_session(session_id: Id, user: SignedInUser, accounts: HttpAccounts) -> None:
    """Sign out elsewhere."""
    async with accounts.transaction() as db:
        if not await sessions.revoke(db, session_id, user.user_id, "revoked_by_user"):
            raise not_found("session")


@router.get("/users/me")
async def show_me(user: SignedInCaller, accounts: HttpAccounts) -> User:
    """One's own account."""
    return User.of(await users.get(accounts.pool, user.user_id))


@router.put("/users/me")
async def change_me(wanted: ProfileChange, user: SignedInUser, accounts: HttpAccounts) -> User:
    """Change one's name or picture."""
    changes = wanted.changes()
    if not changes:
        return await show_me(user, accounts)
    async with accounts.transaction() as db:
        return User.of(await users.change(db, user.user_id, changes))


@router.post("/users/{user_id}/deactivate", status_code=204)
async def deactivate(user_id: Id, user: SignedInUser, accounts: HttpAccounts) -> None:
    """Shut a user out at once, everywhere."""
    async with accounts.transaction() as db:
        await deactivation.deactivate(db, user, user_id)


@router.post("/users/{user_id}/reactivate", status_code=204)
async def reactivate(user_id: Id, user: SignedInUser, accounts: HttpAccounts) -> None:
    """Let a user sign in again."""
    async with accounts.transaction() as db:
        await deactivation.reactivate(db, user, user_id)


@keys.get("/.well-known/jwks.json")
async def show_keys(response: Response, accounts: HttpAccounts) -> dict[str, list[dict[str, str]]]:
    """The keys that access tokens are verified with (RFC 7517)."""
    response.headers["Cache-Control"] = "public, max-age=60"
    return {"keys": await accounts.keys.published()}
