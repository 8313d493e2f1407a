"""Who calls, and from where."""

from ipaddress import ip_address
from typing import Annotated

from chassis.requests import CurrentCaller, out_of_scope
from chassis.tokens import Principal, unauthenticated
from fastapi import Depends, Request, Response

from identity import sessions
from identity.accounts import Accounts
from identity.sessions import Client

LONGEST_USER_AGENT = 512


def accounts_of(request: Request) -> Accounts:
    accounts: Accounts = request.app.state.accounts
    return accounts


def client_of(request: Request) -> Client:
    """The client as our gateway saw it: it is the only one that can reach this service, and adds the last address."""
    peer = request.client.host if request.client else ""
    forwarded = request.headers.get("x-forwarded-for", "").rpartition(",")[2].strip()
    user_agent = request.headers.get("user-agent", "").replace("\x00", "")[:LONGEST_USER_AGENT]
    return Client(user_agent, _address(forwarded) or _address(peer) or "unknown")


def _address(text: str) -> str:
    try:
        address = ip_address(text)
    except ValueError:
        return ""
    return str(getattr(address, "ipv4_mapped", None) or address)


def keep_private(response: Response) -> None:
    response.headers["Cache-Control"] = "private, no-store"


async def signed_in_caller(caller: CurrentCaller, accounts: Annotated[Accounts, Depends(accounts_of)]) -> Principal:
    """The token's person or bot, if its session goes on: here a revoked session ends before its access token does."""
    if not await sessions.is_live(accounts.pool, caller.session_id, caller.user_id):
        raise unauthenticated("The session has ended: sign in again.")
    return caller


async def signed_in_user(caller: Annotated[Principal, Depends(signed_in_caller)]) -> Principal:
    """A person: bots have nothing to look after here."""
    if caller.scopes is not None:
        raise out_of_scope()
    return caller


HttpAccounts = Annotated[Accounts, Depends(accounts_of)]
HttpClient = Annotated[Client, Depends(client_of)]
SignedInCaller = Annotated[Principal, Depends(signed_in_caller)]
SignedInUser = Annotated[Principal, Depends(signed_in_user)]
