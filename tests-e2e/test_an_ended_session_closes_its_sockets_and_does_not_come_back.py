"""Signing out, here or from elsewhere, and a stolen refresh token: the session's sockets close within 2 s."""

from collections.abc import Awaitable, Callable

import pytest
from journeys.people import Person, Town
from journeys.sockets import TRANSPORTS
from testkit import eventually

WITHIN = 2.0


async def _sign_out(ended: Person, _: Person) -> None:
    await ended.post("/api/auth/logout")


async def _end_from_elsewhere(ended: Person, other: Person) -> None:
    listed = (await ended.get("/api/auth/sessions"))["sessions"]
    (mine,) = [session["id"] for session in listed if session["current"]]
    assert len(listed) == 2
    assert (await other.ask("DELETE", f"/api/auth/sessions/{mine}")).status == 204


async def _use_a_refresh_token_twice(ended: Person, _: Person) -> None:
    body = {"refreshToken": ended.refresh_token}
    await ended.post("/api/auth/refresh", body)
    assert (await ended.ask("POST", "/api/auth/refresh", body)).status == 401


ENDS = (_sign_out, _end_from_elsewhere, _use_a_refresh_token_twice)


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("end", ENDS)
async def test_it_closes_within_two_seconds_and_the_old_token_opens_nothing(
    town: Town, end: Callable[[Person, Person], Awaitable[None]], transport: str
) -> None:
    other = await town.register("Ada")
    ended = await town.sign_in(other.user["email"])
    closed, kept = await ended.connect(transport), await other.connect(transport)

    await end(ended, other)
    await eventually(lambda: not closed.is_connected, WITHIN)
    assert closed.told("error")[-1]["error"]["type"] == "session_revoked"

    again = await town.bridge.open(ended.token, transport)
    assert (await again.refused())["data"]["type"] == "unauthenticated"
    for path in ("/api/users/me", "/api/workspaces", "/api/presence?userIds="):
        assert (await ended.ask("GET", path)).refusal == (401, "unauthenticated")
    refused = await ended.ask("POST", "/api/auth/refresh", {"refreshToken": ended.refresh_token})
    assert refused.status == 401

    assert kept.is_connected
    assert await other.get("/api/users/me") == other.user


async def test_a_refreshed_token_keeps_an_open_socket_of_the_same_session(town: Town) -> None:
    ada, bo = await town.register("Ada"), await town.register("Bo")
    socket = await ada.connect()
    renewed = await ada.post("/api/auth/refresh", {"refreshToken": ada.refresh_token})
    assert (await socket.do("auth:refresh", {"token": renewed["accessToken"]}))["expiresAt"]
    answer = await socket.ask("auth:refresh", {"token": bo.token})
    assert answer["error"]["type"] == "unauthenticated"
    assert socket.is_connected
