"""Access tokens: who is let in, who is not, and what happens while the keys cannot be had."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from uuid import uuid4

import jwt
import pytest
from chassis import tokens as verifying
from chassis.problems import Problem
from chassis.tokens import TokenVerifier
from hypothesis import given
from hypothesis import strategies as st
from testkit import Issuer
from testkit.tokens import new_key

USER, ORGANIZATION, SESSION = uuid4(), uuid4(), uuid4()


@pytest.fixture
async def issuer() -> AsyncIterator[Issuer]:
    async with Issuer() as started:
        yield started


@pytest.fixture
def verifier(issuer: Issuer) -> TokenVerifier:
    return TokenVerifier(issuer.jwks_url, "nexus", "nexus")


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What `time.monotonic` says to the verifier: clock[0]."""
    now = [1_000.0]

    class Clock:
        time = staticmethod(verifying.time.time)
        monotonic = staticmethod(lambda: now[0])

    monkeypatch.setattr(verifying, "time", Clock)
    return now


async def refusal(verifier: TokenVerifier, token: str) -> Problem:
    with pytest.raises(Problem) as refused:
        await verifier.verify(token)
    return refused.value


async def test_a_token_stands_for_its_user_and_session(issuer, verifier) -> None:
    token = issuer.token(
        USER, organization_id=ORGANIZATION, session_id=SESSION, email="ann@example.com", name="Ann 안나"
    )
    principal = await verifier.verify(token)
    assert (principal.user_id, principal.organization_id, principal.session_id) == (USER, ORGANIZATION, SESSION)
    assert (principal.email, principal.name) == ("ann@example.com", "Ann 안나")
    assert await verifier.verify(token) is principal


def forged(issuer: Issuer) -> dict[str, str]:
    """Tokens that must never be believed, by what is wrong with them."""
    claims = jwt.decode(issuer.token(USER), options={"verify_signature": False})
    good = issuer.token(USER)
    head, body, signature = good.split(".")
    named = {"typ": "at+jwt", "kid": issuer.keys[-1].kid}
    public = issuer.keys[-1].public["x"]
    other = new_key()
    own_key = issuer.token(USER, key=other, headers={"kid": issuer.keys[-1].kid, "jwk": other.public})
    changed = base64.urlsafe_b64encode(json.dumps({**claims, "sub": str(uuid4())}).encode()).decode().rstrip("=")
    return {
        "alg none": jwt.encode(claims, None, "none", headers=named),
        "alg none with a signature": jwt.encode(claims, None, "none", headers=named) + signature,
        "signed with the public key as a secret": jwt.encode(claims, public * 2, "HS256", headers=named),
        "another key under our id": issuer.token(USER, key=other, headers={"kid": issuer.keys[-1].kid}),
        "its own key in the header": own_key,
        "a key we never published": issuer.token(USER, key=other),
        "no key id": issuer.token(USER, headers={"kid": ""}),
        "an ordinary jwt": issuer.token(USER, headers={"typ": "JWT"}),
        "a refresh token's type": issuer.token(USER, headers={"typ": "rt+jwt"}),
        "expired": issuer.token(USER, expires_in=-31),
        "another audience": issuer.token(USER, claims={"aud": "elsewhere"}),
        "another issuer": issuer.token(USER, claims={"iss": "elsewhere"}),
        "not yet valid": issuer.token(USER, claims={"nbf": 9_999_999_999}),
        "a changed body": f"{head}.{changed}.{signature}",
        "no signature": f"{head}.{body}.",
        "cut off": good[:-10],
        "oversized": issuer.token(USER, claims={"filler": "x" * 5_000}),
        "a user that is no id": issuer.token("admin"),
        "a header of brackets": base64.urlsafe_b64encode(b"[" * 2_900).decode() + f".{body}.{signature}",
        **{f"no {claim}": issuer.token(USER, claims={claim: None}) for claim in
           ("exp", "iat", "iss", "aud", "sub", "sid", "org", "email", "name")},
    }  # fmt: skip


async def test_forged_tokens_are_refused(issuer, verifier) -> None:
    await verifier.verify(issuer.token(USER))
    tokens = forged(issuer)
    outcomes = await asyncio.gather(*map(verifier.verify, tokens.values()), return_exceptions=True)
    answers = {fault: getattr(outcome, "status", "believed") for fault, outcome in zip(tokens, outcomes, strict=True)}
    assert answers == dict.fromkeys(tokens, 401)


@given(token=st.one_of(st.text(max_size=80), st.binary(max_size=80).map(lambda b: b.decode("latin-1"))))
async def test_text_of_any_kind_is_no_token(token: str) -> None:
    nobody = TokenVerifier("http://127.0.0.1:1/", "nexus", "nexus")
    assert (await refusal(nobody, token)).status == 401


async def test_a_token_that_expires_while_it_is_remembered_is_refused(issuer, verifier, monkeypatch) -> None:
    token = issuer.token(USER, expires_in=60, claims={"iat": 1_000_000_000})
    expires_at = (await verifier.verify(token)).expires_at
    monkeypatch.setattr(verifying.time, "time", lambda: expires_at + 1)
    monkeypatch.setattr(verifying, "LEEWAY", -61)
    assert "expired" in (await refusal(verifier, token)).detail


async def test_a_new_key_is_fetched_when_it_is_first_seen(issuer, verifier, clock) -> None:
    await verifier.verify(issuer.token(USER))
    issuer.rotate()
    clock[0] += 3
    assert (await verifier.verify(issuer.token(USER))).user_id == USER
    assert issuer.asked == 2


async def test_unknown_keys_cause_a_fetch_every_two_seconds_at_the_most(issuer, verifier, clock) -> None:
    await verifier.verify(issuer.token(USER))
    for _ in range(20):
        await refusal(verifier, issuer.token(USER, key=new_key()))
        clock[0] += 0.15
    assert issuer.asked == 2


async def test_many_at_once_cause_one_fetch(issuer, verifier) -> None:
    await asyncio.gather(*(verifier.verify(issuer.token()) for _ in range(20)))
    assert issuer.asked == 1


async def test_known_keys_serve_on_while_identity_is_down(issuer, verifier, clock) -> None:
    await verifier.verify(issuer.token(USER))
    await issuer.__aexit__(None, None, None)
    clock[0] += 3_600
    assert (await verifier.verify(issuer.token(USER))).user_id == USER
    assert (await refusal(verifier, issuer.token(USER, key=new_key()))).status == 401


async def test_a_fetch_that_hangs_holds_up_nobody_who_has_a_key(issuer, verifier, clock, monkeypatch) -> None:
    await verifier.verify(issuer.token(USER))
    asked: list[float] = []

    async def hang() -> dict[str, jwt.PyJWK]:
        asked.append(clock[0])
        clock[0] += 3
        await asyncio.Event().wait()
        raise TimeoutError

    monkeypatch.setattr(verifier, "_published", hang)
    clock[0] += 3_600
    stuck = asyncio.create_task(verifier.verify(issuer.token()))
    await asyncio.sleep(0)
    await asyncio.wait_for(asyncio.gather(*(verifier.verify(issuer.token()) for _ in range(20))), 1)
    stuck.cancel()
    assert len(asked) == 1


async def test_without_any_key_the_answer_is_503_and_right_again_once_there_is_one(issuer, verifier) -> None:
    await issuer.__aexit__(None, None, None)
    problem = await refusal(verifier, issuer.token(USER))
    assert (problem.status, problem.type, problem.retry_after) == (503, "unavailable", 1)
    with pytest.raises(Problem):
        await verifier.ready()
    async with issuer:
        await verifier.ready()
        assert (await verifier.verify(issuer.token(USER))).user_id == USER


async def test_who_waited_for_a_fetch_that_failed_does_not_start_another(issuer, verifier, monkeypatch) -> None:
    asked: list[bool] = []

    async def refused() -> dict[str, jwt.PyJWK]:
        asked.append(True)
        await asyncio.sleep(0.01)
        raise ConnectionRefusedError

    monkeypatch.setattr(verifier, "_published", refused)
    outcomes = await asyncio.gather(*(verifier.verify(issuer.token()) for _ in range(10)), return_exceptions=True)
    assert {outcome.status for outcome in outcomes} == {503}
    assert len(asked) <= 2


async def test_a_withdrawn_key_is_not_believed_after_the_next_fetch(issuer, verifier, clock) -> None:
    old = issuer.keys[0]
    await verifier.verify(issuer.token(USER))
    issuer.rotate()
    issuer.keys.remove(old)
    clock[0] += 301
    await verifier.verify(issuer.token(USER))
    assert (await refusal(verifier, issuer.token(USER, key=old))).status == 401


async def test_only_so_many_tokens_are_remembered(issuer, verifier, monkeypatch) -> None:
    monkeypatch.setattr(verifying, "REMEMBERED", 5)
    for _ in range(10):
        await verifier.verify(issuer.token())
    assert len(verifier._known) == 5
