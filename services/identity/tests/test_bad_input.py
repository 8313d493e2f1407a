"""What bad input gets: a problem document, and nothing stored."""

from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest

INVALID = (422, "invalid_request")
GOOD: dict[str, Any] = {"email": "kim@example.com", "password": "correct horse", "name": "Kim"}
REGISTRATIONS: dict[str, Any] = {
    "nothing": {},
    "no object": [],
    "a number": 1,
    "no email": {"password": "correct horse", "name": "Kim"},
    "an unknown field": {**GOOD, "nickname": "K"},
    "a field of the server": {**GOOD, "organizationId": "01a1fd07-78e6-7469-a8f2-d35dc9846cd9"},
    "another spelling": {**GOOD, "organization_name": "Acme"},
    "a number as name": {**GOOD, "name": 7},
    "null as name": {**GOOD, "name": None},
    "a list as email": {**GOOD, "email": ["kim@example.com"]},
    "no address": {**GOOD, "email": "kim"},
    "a long address": {**GOOD, "email": "k" * 300 + "@example.com"},
    "NUL in the address": {**GOOD, "email": "kim\x00@example.com"},
    "a line in the address": {**GOOD, "email": "kim@example.com\nbcc: all@example.com"},
    "a short password": {**GOOD, "password": "x" * 7},
    "a long password": {**GOOD, "password": "x" * 257},
    "NUL in the password": {**GOOD, "password": "correct\x00horse"},
    "an empty name": {**GOOD, "name": ""},
    "a blank name": {**GOOD, "name": " \t "},
    "a long name": {**GOOD, "name": "x" * 256},
    "NUL in the name": {**GOOD, "name": "Kim\x00"},
    "half a character": {**GOOD, "name": "Kim\ud800"},
    "a long organization": {**GOOD, "organizationName": "x" * 256},
    "a long token": {**GOOD, "invitationToken": "x" * 513},
}
CHANGES: dict[str, Any] = {
    "an unknown field": {"status": "admin"},
    "the address": {"email": "other@example.com"},
    "the id": {"id": "01a1fd07-78e6-7469-a8f2-d35dc9846cd9"},
    "null as name": {"name": None},
    "a script": {"avatarUrl": "javascript:alert(1)"},
    "data": {"avatarUrl": "data:image/png;base64,AAAA"},
    "no address": {"avatarUrl": "example.com/a.png"},
    "no host": {"avatarUrl": "https://"},
    "white space": {"avatarUrl": "https://example.com/a b"},
    "a line": {"avatarUrl": "https://example.com/\n"},
    "a long address": {"avatarUrl": "https://example.com/" + "x" * 2048},
    "NUL": {"avatarUrl": "https://example.com/\x00"},
}
BODIES = {
    b"{": 422,
    b"": 422,
    b"null": 422,
    b'{"email": }': 422,
    b'{"name": "\xff\xfe"}': 400,
    b"[" * 20_000: 400,
}


async def test_registrations_that_are_not_as_documented(api: Any, pool: asyncpg.Pool) -> None:
    for what, body in REGISTRATIONS.items():
        answer = await api.ask("POST", "/api/auth/register", body)
        assert answer.problem == INVALID, what
        assert all(error["field"] and error["reason"] for error in answer.body["errors"]), what
    for table in ("users", "organizations", "sessions", "outbox"):
        assert await pool.fetchval(f"SELECT count(*) FROM {table}") == 0


async def test_the_field_at_fault_is_named_and_its_value_is_not_repeated(api: Any) -> None:
    answer = await api.ask("POST", "/api/auth/register", {**GOOD, "password": "tooshrt", "name": 1})
    assert {error["field"] for error in answer.body["errors"]} == {"password", "name"}
    assert "tooshrt" not in str(answer.body)


async def test_changes_that_are_not_as_documented(me: Any, kim: dict[str, Any]) -> None:
    for what, body in CHANGES.items():
        assert (await me.ask("PUT", "/api/users/me", body)).problem == INVALID, what
    assert (await me.ask("GET", "/api/users/me")).body == kim["user"]


async def test_sign_ins_and_refreshes_that_are_not_as_documented(api: Any) -> None:
    for path, body in (
        ("login", {"email": "kim@example.com"}),
        ("login", {"email": "kim@example.com", "password": 12345678901}),
        ("login", {"email": "kim@example.com", "password": "x" * 257}),
        ("login", {"email": "kim@example.com", "password": "x", "remember": True}),
        ("refresh", {}),
        ("refresh", {"refreshToken": None}),
        ("refresh", {"refreshToken": "x" * 513}),
        ("refresh", {"refreshToken": "x", "userId": "y"}),
    ):
        assert (await api.ask("POST", f"/api/auth/{path}", body)).problem == INVALID, body


async def test_bodies_that_are_no_json(api: Any) -> None:
    for body, status in BODIES.items():
        for path in ("register", "login", "refresh"):
            headers = {"Content-Type": "application/json"}
            answer = await api.ask("POST", f"/api/auth/{path}", data=body, headers=headers)
            assert answer.problem == (status, "invalid_request"), body[:20]


async def test_a_body_that_is_not_called_json_is_refused(api: Any) -> None:
    answer = await api.ask(
        "POST", "/api/auth/login", data="email=a@example.com", headers={"Content-Type": "text/plain"}
    )
    assert answer.problem == INVALID


async def test_a_body_larger_than_allowed_is_refused(api: Any) -> None:
    answer = await api.ask("POST", "/api/auth/register", {**GOOD, "name": "x" * 70_000})
    assert answer.problem == (413, "too_large")


async def test_a_body_larger_than_it_lets_know_is_refused(api: Any) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(70):
            yield b"x" * 1000

    headers = {"Content-Type": "application/json"}
    answer = await api.ask("POST", "/api/auth/register", data=chunks(), headers=headers)
    assert answer.problem == (413, "too_large")


async def test_paths_and_methods_that_are_not_there(me: Any) -> None:
    assert (await me.ask("GET", "/api/nothing")).problem == (404, "not_found")
    assert (await me.ask("DELETE", "/api/users/me")).problem == (405, "method_not_allowed")
    assert (await me.ask("DELETE", "/api/auth/sessions/7")).problem == INVALID


@pytest.mark.parametrize("field", ["\ud800", "x" * 5000])
async def test_a_field_with_an_odd_name_is_refused_like_others(api: Any, field: str) -> None:
    assert (await api.ask("POST", "/api/auth/login", {field: 1})).problem == INVALID


async def test_who_is_not_signed_in_gets_nothing(api: Any) -> None:
    for method, path in (
        ("GET", "/api/users/me"), ("PUT", "/api/users/me"), ("POST", "/api/auth/logout"),
        ("GET", "/api/auth/sessions"), ("DELETE", "/api/auth/sessions/01a1fd07-78e6-7469-a8f2-d35dc9846cd9"),
    ):  # fmt: skip
        for headers in (
            {},
            {"Authorization": "Bearer "},
            {"Authorization": "Basic eDp5"},
            {"Authorization": "Bearer x"},
        ):
            answer = await api.ask(method, path, headers=headers, json={} if method == "PUT" else None)
            assert answer.problem == (401, "unauthenticated"), (method, path, headers)
            assert answer.headers["WWW-Authenticate"] == "Bearer"
