"""Who may read the gateway's numbers: the one port that everybody reaches is also the operator's."""

from ipaddress import ip_address

from chassis.problems import not_found
from starlette.types import ASGIApp, Receive, Scope, Send

# A request that says it came through a proxy which we were not told to trust may come from anywhere.
FORWARDED = frozenset({b"forwarded", b"x-forwarded-for", b"x-real-ip"})


class InsidersOnly:
    """Answers `paths` only to callers on loopback and private addresses that come directly; to others, 404."""

    def __init__(self, app: ASGIApp, paths: frozenset[str]) -> None:
        self._app, self._paths = app, paths

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] in self._paths and not is_inside(scope):
            await not_found("path").response()(scope, receive, send)
        else:
            await self._app(scope, receive, send)


def is_inside(scope: Scope) -> bool:
    if any(name in FORWARDED for name, _ in scope["headers"]):
        return False
    try:
        address = ip_address((scope.get("client") or ("", 0))[0])
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None) or address
    return mapped.is_loopback or mapped.is_private
