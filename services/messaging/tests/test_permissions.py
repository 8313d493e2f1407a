"""One authorizer: every route names its rule, and every action has one."""

from pathlib import Path
from uuid import uuid4

from chassis.requests import GatewayOnly
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from messaging import internal_routes, rule_table, shard_routes
from messaging.application import ROUTERS
from messaging.permissions import RULES, Action, Rule, Standing

# For the gateway alone, which shows the installation's secret.
INTERNAL = (internal_routes.router, shard_routes.router)
ROUTES = [
    route for router in ROUTERS if router not in INTERNAL for route in router.routes if isinstance(route, APIRoute)
]
# No route's own: asked of a message once it is known what it is.
ASKED_WITHIN = {Action.MENTION_EVERYONE, Action.MESSAGE_POST, Action.MESSAGE_REPLY}


def rules_of(dependant: Dependant) -> list[Rule]:
    here = [dependant.call] if isinstance(dependant.call, Rule) else []
    return [*here, *(rule for inner in dependant.dependencies for rule in rules_of(inner))]


def test_every_route_names_exactly_one_rule() -> None:
    assert len(ROUTES) > 25
    assert {route.path: len(rules_of(route.dependant)) for route in ROUTES} == {route.path: 1 for route in ROUTES}


def test_what_is_internal_is_for_the_gateway_alone() -> None:
    assert [(router.prefix, router.dependencies) for router in INTERNAL] == [("/internal", [GatewayOnly])] * 2


def test_every_action_has_a_rule_and_is_asked_somewhere() -> None:
    assert set(RULES) == set(Action)
    assert {rule.action for route in ROUTES for rule in rules_of(route.dependant)} == set(Action) - ASKED_WITHIN


def test_the_table_of_rules_is_what_the_rules_are() -> None:
    written = (Path(__file__).parents[3] / "docs/permissions.md").read_text()
    assert written == rule_table.markdown() + "\n", "run: python -m messaging.rule_table > docs/permissions.md"


def test_a_suspended_workspace_can_be_read_but_not_changed() -> None:
    me = uuid4()
    suspended = Standing(me, uuid4(), "owner", "suspended", True, uuid4(), "public", "admin", False, uuid4(), me)
    granted = {action for action in Action if RULES[action](suspended)}
    assert not granted & {Action.MESSAGE_POST, Action.MESSAGE_EDIT, Action.CHANNEL_CREATE, Action.INVITE}
    assert granted >= {Action.CHANNEL_READ, Action.WORKSPACE_READ, Action.WORKSPACE_UPDATE}
