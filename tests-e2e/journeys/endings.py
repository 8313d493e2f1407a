"""How somebody is shut out: of their session, of a channel, of a workspace."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from journeys.people import Person, Team, Town


@dataclass(frozen=True, slots=True)
class Shutting:
    """`out` answers when the request that does it was answered. After the end of a session nobody comes back."""

    ends_session: bool
    out: Callable[[Town, Team, Person], Awaitable[None]]


async def _sign_out(town: Town, team: Team, person: Person) -> None:
    await person.post("/api/auth/logout")


async def _end_from_elsewhere(town: Town, team: Team, person: Person) -> None:
    (session,) = (await person.get("/api/auth/sessions"))["sessions"]
    elsewhere = await town.sign_in(person.user["email"])
    await elsewhere.do("DELETE", f"/api/auth/sessions/{session['id']}")


async def _use_a_refresh_token_twice(town: Town, team: Team, person: Person) -> None:
    body = {"refreshToken": person.refresh_token}
    await person.post("/api/auth/refresh", body)
    assert (await person.ask("POST", "/api/auth/refresh", body)).status == 401


async def _deactivate(town: Town, team: Team, person: Person) -> None:
    await team.people[0].post(f"/api/users/{person.id}/deactivate")


async def _leave(town: Town, team: Team, person: Person) -> None:
    await person.post(f"/api/channels/{team.channel_id}/leave")


async def _remove_from_channel(town: Town, team: Team, person: Person) -> None:
    await team.people[0].do("DELETE", f"/api/channels/{team.channel_id}/members/{person.id}")


async def _remove_from_workspace(town: Town, team: Team, person: Person) -> None:
    await team.people[0].do("DELETE", f"/api/workspaces/{team.workspace_id}/members/{person.id}")


SHUTTINGS: Mapping[str, Shutting] = {
    "signed out": Shutting(True, _sign_out),
    "session ended from elsewhere": Shutting(True, _end_from_elsewhere),
    "refresh token used twice": Shutting(True, _use_a_refresh_token_twice),
    "deactivated": Shutting(True, _deactivate),
    "left the channel": Shutting(False, _leave),
    "removed from the channel": Shutting(False, _remove_from_channel),
    "removed from the workspace": Shutting(False, _remove_from_workspace),
}
