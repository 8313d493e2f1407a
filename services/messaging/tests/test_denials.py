"""Every route refuses whom its rule refuses: cases made from the routes, the rules, and people of every role."""

import asyncio
import types
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Union, get_args, get_origin
from uuid import UUID

import asyncpg
import pytest
from fastapi.routing import APIRoute
from messaging.permissions import RULES, Action, Standing
from messaging.standings import STANDINGS
from office import Asker, NewAsker
from pydantic import BaseModel
from roles import Place, settled
from test_permissions import ROUTES, rules_of

UNKNOWN = "0190a000-0000-7000-8000-000000000000"
# What requests say, by the name of the field: the same in every body. A route with a name that is not here says so.
SAID: dict[str, Any] = {
    "name": "name", "content": "said", "text": "said", "role": "member", "emails": ["a@example.com"],
    "token": "token", "userIds": [UNKNOWN], "userId": UNKNOWN, "seq": 1, "level": "all", "channelId": UNKNOWN,
    "sendAt": "2090-01-01T00:00:00Z", "remindAt": "2090-01-01T00:00:00Z", "title": "Title", "reason": "Spam",
    "url": "https://example.com/", "rights": {}, "days": 30, "resolution": "dismissed", "until": None, "state": "open",
    "optionIds": ["1"], "command": "/poll", "description": "said",
    "size": 10, "question": "When?", "options": ["1", "2"],
}  # fmt: skip
# Said although they need not be: without them some bodies say nothing.
ALWAYS = {"content", "text", "userId"}
# Names in paths below which no channel is asked about.
OF_WORKSPACES = {"workspace_id", "command_id"}
IN_PATHS = {"emoji": "👍", "name": "wave"}


@dataclass(frozen=True, slots=True)
class Case:
    """Somebody's request that a rule refuses."""

    route: APIRoute
    method: str
    path: str
    place: str
    who: Asker
    status: int


def _cases(people: dict[str, Asker], places: list[Place]) -> Iterator[Case]:
    for route in ROUTES:
        (rule,) = rules_of(route.dependant)
        narrowest = next((name for name in STANDINGS if name in route.param_convertors), None)
        for place in places if narrowest else ():
            for who, standing in place.standings(people):
                status = _refusal(rule.action, standing, narrowest not in OF_WORKSPACES)
                if status:
                    for method in route.methods:
                        yield Case(route, method, _path(route, place), place.name, who, status)


def _refusal(action: Action, standing: Standing | None, is_below_channel: bool) -> int | None:
    if standing is None or (is_below_channel and not standing.sees_channel):
        return 404
    if not is_below_channel:
        standing = Standing(standing.user_id, standing.workspace_id, standing.role, standing.workspace_status)
    return None if RULES[action](standing) else 403


def _path(route: APIRoute, place: Place) -> str:
    path = route.path
    for name in route.param_convertors:
        path = path.replace(f"{{{name}}}", str(place.ids.get(name) or IN_PATHS.get(name, UNKNOWN)))
    return path


def _body(route: APIRoute) -> dict[str, Any] | None:
    """The least that the route takes for a body."""
    for parameter in route.dependant.body_params:
        model = parameter.field_info.annotation
        if isinstance(model, type) and issubclass(model, BaseModel):
            names = {field.alias or name: field for name, field in model.model_fields.items()}
            return {
                alias: _said(model, alias, field.annotation)
                for alias, field in names.items()
                if field.is_required() or alias in ALWAYS
            }
    return None


def _said(model: type, alias: str, annotation: Any) -> Any:
    for inner in _flat(annotation):
        if get_origin(inner) is Literal:
            return get_args(inner)[0]
        if inner is bool:
            return True
    assert alias in SAID, f"say in SAID what {model.__name__}.{alias} can be, so that its route can be refused"
    return SAID[alias]


def _flat(annotation: Any) -> Iterator[Any]:
    if get_origin(annotation) in (Union, types.UnionType, Annotated):
        for inner in get_args(annotation):
            yield from _flat(inner)
    else:
        yield annotation


async def _asked(case: Case, limit: asyncio.Semaphore) -> str | None:
    async with limit:
        status, told = await case.who.ask(case.method, case.path, _body(case.route))
    kind = {403: "forbidden", 404: "not_found"}[case.status]
    if (status, told and told.get("type")) == (case.status, kind):
        return None
    return f"{case.method} {case.route.path} in {case.place} by {case.who.email}: {status} {told}, not {case.status}"


async def test_every_route_refuses_whom_its_rule_refuses(pool: asyncpg.Pool, person: NewAsker) -> None:
    people, places = await settled(pool, person)
    cases, limit = list(_cases(people, places)), asyncio.Semaphore(5)
    answers = await asyncio.gather(*(_asked(case, limit) for case in cases))
    wrong = [answer for answer in answers if answer]
    assert not wrong, "\n".join(wrong[:40])
    counted = Counter((case.method, case.route.path) for case in cases)
    about_something = {
        (method, route.path)
        for route in ROUTES
        for method in route.methods
        if set(STANDINGS) & set(route.param_convertors)
    }
    assert set(counted) == about_something, "each of these routes needs a case that is refused"
    print(f"{len(cases)} refusals by {len(counted)} routes")


async def test_no_route_answers_whom_it_does_not_know(person: NewAsker) -> None:
    alice = person("Alice")
    nobody = Asker(alice.http, alice.url, alice.user_id, alice.email, {})
    nowhere = Place("nowhere", "public", False, "active", *[UUID(UNKNOWN)] * 6)
    for route in ROUTES:
        for method in route.methods:
            status, told = await nobody.ask(method, _path(route, nowhere), _body(route))
            assert (status, told["type"]) == (401, "unauthenticated"), route.path


@pytest.mark.parametrize("action", sorted(Action))
def test_every_rule_lets_somebody_pass(action: Action) -> None:
    """A rule that refuses everybody would pass every other test here."""
    me = Standing(
        UUID(int=1), UUID(int=2), "owner", "active", True, UUID(int=3), "private", "admin", author_id=UUID(int=1),
        message_id=UUID(int=4), members_mention_everyone=True,
    )  # fmt: skip
    conversation = Standing(UUID(int=1), UUID(int=2), "member", "active", False, UUID(int=3), "group", "member")
    public = Standing(UUID(int=1), UUID(int=2), "member", "active", False, UUID(int=3), "public", None)
    assert any(map(RULES[action], (me, conversation, public)))
