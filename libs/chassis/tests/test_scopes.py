"""A bot's token is good for its scopes alone, and for nothing where a route asks for a person."""

import pytest
from chassis.problems import Problem, loggable
from chassis.requests import current_user
from chassis.scopes import Scope
from chassis.tokens import TokenVerifier
from testkit import Issuer


@pytest.fixture
def verifier(tokens: Issuer) -> TokenVerifier:
    return TokenVerifier(tokens.jwks_url, tokens.issuer, tokens.audience)


async def test_a_person_has_every_scope(tokens: Issuer, verifier: TokenVerifier) -> None:
    person = await verifier.verify(tokens.token())
    assert person.scopes is None
    assert all(person.has(scope) for scope in Scope)
    assert await current_user(person) is person


@pytest.mark.parametrize("claim", ["", "messages:read", "messages:read  channels:read"])
async def test_a_bot_has_those_of_its_token(tokens: Issuer, verifier: TokenVerifier, claim: str) -> None:
    bot = await verifier.verify(tokens.token(claims={"scope": claim}))
    assert {scope for scope in Scope if bot.has(scope)} == set(claim.split())
    with pytest.raises(Problem) as refused:
        await current_user(bot)
    assert (refused.value.status, refused.value.type) == (403, "out_of_scope")


def test_secret_ends_of_addresses_are_not_logged() -> None:
    id_, token = "01a", "t" * 32
    assert loggable(f"/api/hooks/{id_}/{token}") == f"/api/hooks/{id_}/…"
    assert loggable(f"/api/responses/{id_}/{token}/") == f"/api/responses/{id_}/…"
    assert loggable(f"/api/hooks/{id_}/token") == f"/api/hooks/{id_}/token"
    assert loggable(f"/api/shared/{token}") == "/api/shared/…"
    assert loggable(f"/f/{token}/a name.pdf") == "/f/…"
    assert loggable(f"/api/messages/{id_}/poll") == f"/api/messages/{id_}/poll"
