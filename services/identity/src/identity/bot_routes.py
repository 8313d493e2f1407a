"""Bots and their tokens, for those who look after the workspace; and the exchange of a token, for the bot itself."""

from datetime import timedelta
from uuid import UUID

from chassis.problems import not_found
from chassis.schema import Id
from fastapi import APIRouter, Depends

from identity import bot_tokens, bots, sessions
from identity.answers import Bot, Bots, BotSignedIn, BotToken, BotTokens, NewBotToken
from identity.bodies import BotSignIn, BotTokenOrder, NewBot
from identity.callers import HttpAccounts, HttpClient, SignedInUser, keep_private

router = APIRouter(prefix="/api", dependencies=[Depends(keep_private)])


@router.post("/auth/bot-token")
async def exchange_bot_token(wanted: BotSignIn, accounts: HttpAccounts) -> BotSignedIn:
    """A short access token for a bot's long one."""
    return await accounts.let_bot_in(wanted.token)


@router.post("/bots", status_code=201)
async def add_bot(wanted: NewBot, user: SignedInUser, accounts: HttpAccounts) -> Bot:
    async with accounts.transaction() as db:
        bot = await bots.add(db, wanted.workspace_id, wanted.name, wanted.avatar_url, user.user_id)
    return Bot.model_validate(bot)


@router.get("/bots")
async def list_bots(workspaceId: UUID, user: SignedInUser, accounts: HttpAccounts) -> Bots:  # noqa: N803 - on the wire
    listed = await bots.listed(accounts.pool, workspaceId, user.user_id)
    return Bots(bots=[Bot.model_validate(bot) for bot in listed])


@router.delete("/bots/{bot_id}", status_code=204)
async def remove_bot(bot_id: Id, user: SignedInUser, accounts: HttpAccounts) -> None:
    async with accounts.transaction() as db:
        await bots.remove(db, bot_id, user.user_id)


@router.get("/bots/{bot_id}/tokens")
async def list_bot_tokens(bot_id: Id, user: SignedInUser, accounts: HttpAccounts) -> BotTokens:
    await bots.get(accounts.pool, bot_id, user.user_id)
    listed = await bot_tokens.of_bot(accounts.pool, bot_id)
    return BotTokens(tokens=[BotToken.model_validate(token) for token in listed])


@router.post("/bots/{bot_id}/tokens", status_code=201)
async def issue_bot_token(
    bot_id: Id, wanted: BotTokenOrder, user: SignedInUser, accounts: HttpAccounts, client: HttpClient
) -> NewBotToken:
    """The only answer that shows the token."""
    async with accounts.transaction() as db:
        await bots.get(db, bot_id, user.user_id)
        lifetime = timedelta(days=wanted.expires_in_days)
        scopes = [scope.value for scope in wanted.scopes]
        id_, token = await bot_tokens.issue(db, bot_id, wanted.name, scopes, lifetime, user.user_id, client)
        issued = next(known for known in await bot_tokens.of_bot(db, bot_id) if known.id == id_)
    return NewBotToken(token=token, **BotToken.model_validate(issued).model_dump(by_alias=False))


@router.delete("/bots/{bot_id}/tokens/{token_id}", status_code=204)
async def revoke_bot_token(bot_id: Id, token_id: Id, user: SignedInUser, accounts: HttpAccounts) -> None:
    """Its access tokens and open sockets end with it."""
    async with accounts.transaction() as db:
        await bots.get(db, bot_id, user.user_id)
        if not await sessions.revoke(db, token_id, bot_id, "bot_token_revoked"):
            raise not_found("token")
