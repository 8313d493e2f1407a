"""Who asks: the dependency that every route names."""

import secrets
from ipaddress import ip_address
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request

from chassis.problems import Problem, not_found
from chassis.tokens import Principal, TokenVerifier, unauthenticated


async def current_caller(request: Request) -> Principal:
    """The signed-in person or bot of a request; 401 without a valid access token. The route looks at its scopes."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise unauthenticated("Sign in first: send the access token as a bearer token.")
    verifier: TokenVerifier = request.app.state.verifier
    return await verifier.verify(token)


async def current_user(caller: Annotated[Principal, Depends(current_caller)]) -> Principal:
    """The signed-in person of a request; 403 for a bot."""
    if caller.scopes is not None:
        raise out_of_scope()
    return caller


def out_of_scope(scope: str | None = None) -> Problem:
    """A bot's token is not good for this: it lacks the scope, or none would do."""
    return Problem(403, "out_of_scope", f"The bot's token lacks {scope}." if scope else "This is for people alone.")


async def gateway_only(request: Request) -> None:
    """Let only the gateway in, which shows the secret that the installation's services share."""
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    expected: str = request.app.state.internal_secret
    if scheme != "Internal" or not secrets.compare_digest(secret.encode(), expected.encode()):
        raise unauthenticated("This is for the gateway alone.")


def idempotency_key(request: Request, longest: int) -> str | None:
    """By what a client knows what it sends again; None if it does not say. `Problem` 400 for one that is too long."""
    key = request.headers.get("idempotency-key")
    if key is not None and not 0 < len(key) <= longest:
        raise Problem(400, "invalid_request", f"Idempotency-Key: must have 1 to {longest} characters")
    return key


def id_of(text: str, what: str) -> UUID:
    """An id in a path; what is none is answered as what does not exist: `Problem` 404."""
    try:
        return UUID(text)
    except ValueError:
        raise not_found(what) from None


def client_address(request: Request) -> str:
    """Where it comes from as our gateway saw it, which adds the last address and alone can reach a service."""
    peer = request.client.host if request.client else ""
    forwarded = request.headers.get("x-forwarded-for", "").rpartition(",")[2].strip()
    return _address(forwarded) or _address(peer) or "unknown"


def _address(text: str) -> str:
    try:
        address = ip_address(text)
    except ValueError:
        return ""
    return str(getattr(address, "ipv4_mapped", None) or address)


CurrentCaller = Annotated[Principal, Depends(current_caller)]
CurrentUser = Annotated[Principal, Depends(current_user)]
GatewayOnly = Depends(gateway_only)
