"""Who calls, and from where."""

from typing import Annotated

from chassis.requests import CurrentCaller, client_address, out_of_scope
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
    user_agent = request.headers.get("user-agent", "").replace("\x00", "")[:LONGEST_USER_AGENT]
    return Client(user_agent, client_address(request))


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
