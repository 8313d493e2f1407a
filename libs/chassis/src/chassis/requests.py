"""Who asks: the dependency that every route names."""

import secrets
from typing import Annotated

from fastapi import Depends, Request

from chassis.tokens import Principal, TokenVerifier, unauthenticated


async def current_user(request: Request) -> Principal:
    """The signed-in user of a request; 401 without a valid access token."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise unauthenticated("Sign in first: send the access token as a bearer token.")
    verifier: TokenVerifier = request.app.state.verifier
    return await verifier.verify(token)


async def gateway_only(request: Request) -> None:
    """Let only the gateway in, which shows the secret that the installation's services share."""
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    expected: str = request.app.state.internal_secret
    if scheme != "Internal" or not secrets.compare_digest(secret.encode(), expected.encode()):
        raise unauthenticated("This is for the gateway alone.")


CurrentUser = Annotated[Principal, Depends(current_user)]
GatewayOnly = Depends(gateway_only)
