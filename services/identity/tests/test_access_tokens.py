"""Access tokens: what they say, and forged ones that must not be believed."""

import base64
import hmac
import json
import time
from typing import Any
from uuid import UUID

import jwt
import pytest
from chassis.problems import Problem
from chassis.tokens import TokenVerifier
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


def part(said: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(said).encode()).rstrip(b"=").decode()


def read(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    return jwt.get_unverified_header(token), jwt.decode(token, options={"verify_signature": False})


async def test_a_token_says_who_and_for_how_long(kim: dict[str, Any]) -> None:
    header, claims = read(kim["accessToken"])
    assert (header["alg"], header["typ"]) == ("EdDSA", "at+jwt")
    assert header["kid"]
    assert set(claims) == {"iss", "aud", "sub", "org", "sid", "email", "name", "iat", "exp", "jti"}
    assert (claims["iss"], claims["aud"]) == ("nexus", "nexus")
    assert (claims["sub"], claims["org"]) == (kim["user"]["id"], kim["user"]["organizationId"])
    assert claims["exp"] - claims["iat"] == kim["expiresIn"] == 900


async def test_others_verify_it_with_the_published_keys(api: Any, kim: dict[str, Any]) -> None:
    answer = await api.ask("GET", "/.well-known/jwks.json")
    assert answer.headers["Cache-Control"] == "public, max-age=60"
    [key] = answer.body["keys"]
    assert {name: key[name] for name in ("kty", "crv", "alg", "use")} == {
        "kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig",
    }  # fmt: skip
    assert "d" not in key
    principal = await TokenVerifier(f"{api.url}/.well-known/jwks.json", "nexus", "nexus").verify(kim["accessToken"])
    assert principal.user_id == UUID(kim["user"]["id"])


async def test_the_longest_name_still_makes_a_token_that_is_accepted(api: Any) -> None:
    kim = await api.register(name="\U0001f469" * 255, email="k" * 64 + "@" + ".".join(["x" * 60] * 3) + ".com")
    assert (await api.of(kim["accessToken"]).ask("GET", "/api/users/me")).body["name"] == "\U0001f469" * 255


def forgeries(token: str, jwk: dict[str, str]) -> dict[str, str]:
    """What thieves try, by name."""
    header, claims = read(token)
    head, body, signature = token.split(".")
    raw = base64.urlsafe_b64decode(jwk["x"] + "=")
    stranger = Ed25519PrivateKey.generate()
    own = jwt.algorithms.OKPAlgorithm.to_jwk(stranger.public_key(), as_dict=True)
    pem = stranger.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    def signed(claims: dict[str, Any], **more: object) -> str:
        return jwt.encode(claims, stranger, "EdDSA", {**header, **more})

    def hashed(secret: bytes) -> str:
        said = f"{part({**header, 'alg': 'HS256'})}.{body}"
        mac = hmac.digest(secret, said.encode(), "sha256")
        return f"{said}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"

    return {
        "no algorithm": f"{part({**header, 'alg': 'none'})}.{body}.",
        "no algorithm, other case": f"{part({**header, 'alg': 'nOnE'})}.{body}.",
        "no algorithm, old signature": f"{part({**header, 'alg': 'none'})}.{body}.{signature}",
        "an empty signature": f"{head}.{body}.",
        "another signature": f"{head}.{body}.{part('x')}",
        "other claims": f"{head}.{part({**claims, 'sub': str(UUID(int=1))})}.{signature}",
        "the public key as secret": hashed(raw),
        "the published key as secret": hashed(json.dumps(jwk).encode()),
        "an unknown key": signed(claims),
        "an unknown key and name": signed(claims, kid="another"),
        "a key it brings along": signed(claims, jwk=own, kid="own"),
        "a key at an address": signed(claims, jku="http://127.0.0.1:1/jwks.json", kid="own"),
        "a certificate at an address": signed(claims, x5u="http://127.0.0.1:1/x.pem", x5c=[pem.decode()], kid="own"),
        "a path as key": signed(claims, kid="../../../../dev/null"),
        "SQL as key": signed(claims, kid="x' OR '1'='1"),
        "a number as key": f"{part({**header, 'kid': 7})}.{body}.{signature}",
        "no key": f"{part({'alg': 'EdDSA', 'typ': 'at+jwt'})}.{body}.{signature}",
        "another type": f"{part({**header, 'typ': 'JWT'})}.{body}.{signature}",
        "two parts": f"{head}.{body}",
        "five parts": f"{head}.{body}.{signature}.a.b",
        "no JSON": f"{part('x')[:-1]}.{body}.{signature}",
        "an array as header": f"{part([])}.{body}.{signature}",
        "oversized": signed({**claims, "name": "x" * 20_000}),
        "nothing": ".",
    }


async def test_no_forged_token_is_believed(api: Any, kim: dict[str, Any]) -> None:
    [key] = (await api.ask("GET", "/.well-known/jwks.json")).body["keys"]
    verifier = TokenVerifier(f"{api.url}/.well-known/jwks.json", "nexus", "nexus")
    for what, token in forgeries(kim["accessToken"], key).items():
        with pytest.raises(Problem) as refused:
            await verifier.verify(token)
        assert (refused.value.status, refused.value.type) == (401, "unauthenticated"), what
        if len(token) < 8000:
            answer = await api.of(token).ask("GET", "/api/users/me")
            assert answer.problem == (401, "unauthenticated"), what
    assert await verifier.verify(kim["accessToken"])


async def test_a_refresh_token_is_no_access_token(api: Any, kim: dict[str, Any]) -> None:
    assert (await api.of(kim["refreshToken"]).ask("GET", "/api/users/me")).problem == (401, "unauthenticated")


@pytest.mark.parametrize(
    "wrong",
    [
        {"exp": int(time.time()) - 60},
        {"nbf": int(time.time()) + 600},
        {"iss": "another"},
        {"aud": "another"},
        {"aud": None},
        {"exp": None},
        {"sid": None},
        {"org": None},
        {"sub": "no id"},
        {"email": None},
    ],
    ids=str,
)
async def test_a_token_of_ours_that_says_something_else_is_refused(tokens: Any, wrong: dict[str, Any]) -> None:
    verifier = TokenVerifier(tokens.jwks_url, tokens.issuer, tokens.audience)
    assert await verifier.verify(tokens.token())
    with pytest.raises(Problem) as refused:
        await verifier.verify(tokens.token(claims=wrong))
    assert refused.value.status == 401
