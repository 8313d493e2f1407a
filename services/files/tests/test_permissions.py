"""One authorizer: every route names its rule, refuses whom it refuses, and shows nobody what is not clean."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import aiohttp
import pytest
from desk import Asker, Premises
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from files.application import ROUTERS
from files.permissions import RULES, Action, Rule
from files.standings import Standing
from testkit import Issuer
from uuid_utils.compat import uuid7

ROUTES = [route for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)]
BODIES: dict[str, Any] = {
    "/api/files/{file_id}": {"filename": "new.txt"},
    "/api/files/{file_id}/conversions": {"to": "pdf"},
    "/api/files/{file_id}/links": {},
}
ROLES = {"owner": "owner", "member": "member", "guest": "guest"}
UNKNOWN = str(uuid7())


def rules_of(dependant: Dependant) -> list[Rule]:
    here = [dependant.call] if isinstance(dependant.call, Rule) else []
    return [*here, *(rule for inner in dependant.dependencies for rule in rules_of(inner))]


def about(name: str) -> Iterator[tuple[APIRoute, str, Action]]:
    """The routes below a file or a link, each with its method and what it asks."""
    for route in ROUTES:
        if name in route.param_convertors:
            (rule,) = rules_of(route.dependant)
            for method in sorted(route.methods or ()):
                yield route, method, rule.action


def test_every_route_names_exactly_one_rule() -> None:
    assert len(ROUTES) > 15
    assert {route.path: len(rules_of(route.dependant)) for route in ROUTES} == {route.path: 1 for route in ROUTES}


def test_every_action_has_a_rule_and_is_asked_somewhere() -> None:
    assert set(RULES) == set(Action)
    assert {rule.action for route in ROUTES for rule in rules_of(route.dependant)} == set(Action)


@pytest.mark.parametrize("action", sorted(Action))
def test_every_rule_lets_somebody_pass(action: Action) -> None:
    me = uuid7()
    assert RULES[action](Standing(me, uuid7(), "owner", True, uuid7(), me))


async def asked(who: Asker, route: APIRoute, method: str, **ids: object) -> tuple[int, Any]:
    path = route.path.format(**{"number": 1, "file_id": UNKNOWN, "link_id": UNKNOWN, **ids})
    if route.path.endswith("/versions") and method == "POST":
        form = aiohttp.FormData()
        form.add_field("file", b"new", filename="new.txt")
        return await who.ask(method, path, data=form)
    return await who.ask(method, path, BODIES.get(route.path) if method in ("POST", "PATCH") else None)


def people(office: Premises) -> dict[str, Asker]:
    return {name: getattr(office, name) for name in ("owner", "member", "guest", "outsider", "stranger")}


async def test_every_route_of_a_file_refuses_whom_its_rule_refuses(office: Premises) -> None:
    file_id = await office.file(office.member)
    refusals, wrong = 0, []
    for route, method, action in about("file_id"):
        for name, who in people(office).items():
            standing = Standing(who.user_id, office.workspace_id, ROLES.get(name), True, file_id, office.member.user_id)
            expected = 404 if name not in ROLES else None if RULES[action](standing) else 403
            if expected:
                refusals += 1
                status, told = await asked(who, route, method, file_id=file_id)
                kind = {403: "forbidden", 404: "not_found"}[expected]
                if (status, (told or {}).get("type")) != (expected, kind):
                    wrong.append(f"{method} {route.path} by {name}: {status} {told}")
    assert not wrong, "\n".join(wrong)
    assert refusals > 20


async def test_every_route_of_a_link_refuses_whom_its_rule_refuses(office: Premises) -> None:
    file_id = await office.file(office.member)
    link = await office.member.made(f"/api/files/{file_id}/links", {})
    for route, method, _ in about("link_id"):
        for name, expected in (("guest", 403), ("outsider", 404), ("stranger", 404)):
            status, told = await asked(people(office)[name], route, method, link_id=link["id"])
            assert status == expected, f"{method} {route.path} by {name}: {status} {told}"


@pytest.mark.parametrize(
    ("who", "place", "listing", "writing"),
    [
        ("member", "channel", 200, 201),
        ("guest", "channel", 200, 201),
        ("outsider", "channel", 404, 404),
        ("stranger", "channel", 404, 404),
        ("outsider", "public", 200, 403),
        ("guest", "public", 404, 404),
        ("member", "workspace", 200, 201),
        ("guest", "workspace", 404, 404),
        ("stranger", "workspace", 404, 404),
        ("member", "user", 200, 422),
        ("owner", "user", 404, 404),
    ],
)
async def test_a_place_is_for_those_who_see_it_and_write_there(
    office: Premises, who: str, place: str, listing: int, writing: int
) -> None:
    ids: dict[str, tuple[str, UUID]] = {
        "channel": ("channel", office.channel_id),
        "public": ("channel", office.public_id),
        "workspace": ("workspace", office.workspace_id),
        "user": ("user", office.member.user_id),
    }
    entity_type, entity_id = ids[place]
    asker: Asker = getattr(office, who)
    status, _ = await asker.get("/api/files", entityType=entity_type, entityId=str(entity_id))
    assert status == listing
    form = aiohttp.FormData()
    form.add_field("entityType", entity_type)
    form.add_field("entityId", str(entity_id))
    form.add_field("file", b"said", filename="said.txt")
    assert (await asker.ask("POST", "/api/files", data=form))[0] == writing


async def test_an_archived_channel_is_read_and_not_written_to(office: Premises) -> None:
    await office.pool.execute("UPDATE channels SET is_archived = TRUE")
    place = {"entityType": "channel", "entityId": str(office.channel_id)}
    assert (await office.member.get("/api/files", **place))[0] == 200
    form = aiohttp.FormData({**place})
    form.add_field("file", b"said", filename="said.txt")
    assert (await office.member.ask("POST", "/api/files", data=form))[0] == 403


@pytest.mark.parametrize("status", ["uploading", "scanning", "refused"])
async def test_what_is_not_clean_is_shown_to_nobody_but_its_uploader_by_any_route(
    office: Premises, status: str
) -> None:
    file_id = await office.file(office.member)
    await office.pool.execute("UPDATE file_versions SET status = $1", status)
    await office.pool.execute("UPDATE files SET version = NULL")
    for route, method, _ in about("file_id"):
        for name in ("owner", "guest", "outsider", "stranger"):
            got, told = await asked(people(office)[name], route, method, file_id=file_id)
            assert got == 404, f"{method} {route.path} by {name}: {got} {told}"
    place = {"entityType": "channel", "entityId": str(office.channel_id)}
    for query in (place, {"ids": str(file_id)}):
        assert (await office.owner.get("/api/files", **query))[1]["files"] == []
        assert [file["status"] for file in (await office.member.get("/api/files", **query))[1]["files"]] == [status]
    for path in ("url", "previews"):
        _, told = await office.member.get(f"/api/files/{file_id}/{path}")
        assert "url" not in told


async def test_a_new_version_is_its_uploaders_alone_until_it_is_clean(office: Premises) -> None:
    file_id = await office.file(office.member)
    await office.version(file_id, office.member, b"second")
    await office.pool.execute("UPDATE file_versions SET status = 'scanning' WHERE number = 2")
    await office.pool.execute("UPDATE files SET version = 1")
    _, told = await office.owner.get(f"/api/files/{file_id}/versions")
    assert [version["version"] for version in told["versions"]] == [1]
    _, told = await office.member.get(f"/api/files/{file_id}/versions")
    assert [(version["version"], version["status"]) for version in told["versions"]] == [(2, "scanning"), (1, "clean")]
    for who in (office.owner, office.member):
        status, _ = await who.get(f"/api/files/{file_id}/url", version=2)
        assert status in (404, 409)


async def test_a_bot_does_what_its_token_is_good_for(office: Premises, tokens: Issuer) -> None:
    file_id = await office.file(office.member)
    for scope, reading, writing, linking in (
        ("files:read", 200, 403, 403), ("files:write", 403, 200, 403), ("messages:read", 403, 403, 403),
    ):  # fmt: skip
        headers = tokens.bearer(office.member.user_id, claims={"scope": scope})
        bot = Asker(office.member.http, office.member.url, office.member.user_id, headers)
        assert (await bot.get(f"/api/files/{file_id}"))[0] == reading
        assert (await bot.ask("PATCH", f"/api/files/{file_id}", {"filename": "by.bot"}))[0] == writing
        status, told = await bot.post(f"/api/files/{file_id}/links", {})
        assert (status, told["type"]) == (linking, "out_of_scope")


async def test_no_route_answers_whom_it_does_not_know(office: Premises) -> None:
    nobody = Asker(office.member.http, office.member.url, uuid7(), {})
    for name in ("file_id", "link_id"):
        for route, method, _ in about(name):
            status, told = await asked(nobody, route, method)
            assert (status, told["type"]) == (401, "unauthenticated"), route.path
    for path in ("/api/files", "/api/files?ids=" + UNKNOWN):
        assert (await nobody.get(path))[0] == 401
