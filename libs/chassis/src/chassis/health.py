"""Health for operators: does the process live, can it work, what does it do."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

import orjson
from fastapi import APIRouter
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.responses import PlainTextResponse, Response

# Raises, or takes too long, when the part cannot be used.
Check = Callable[[], Awaitable[object]]
CHECK_DEADLINE = 2.0


def router(checks: Mapping[str, Check]) -> APIRouter:
    """`/healthz` (always 200), `/readyz` (503 with the failing parts), `/metrics` (Prometheus)."""
    routes = APIRouter(include_in_schema=False)

    @routes.get("/healthz")
    async def healthz() -> Response:
        return PlainTextResponse("ok")

    @routes.get("/readyz")
    async def readyz() -> Response:
        faults = dict(zip(checks, await asyncio.gather(*map(_fault, checks.values())), strict=True))
        told = {"ready": not any(faults.values()), "checks": {name: fault or "ok" for name, fault in faults.items()}}
        return Response(orjson.dumps(told), 200 if told["ready"] else 503, media_type="application/json")

    @routes.get("/metrics")
    async def metrics() -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return routes


async def _fault(check: Check) -> str:
    try:
        await asyncio.wait_for(check(), CHECK_DEADLINE)
    except Exception as error:  # whatever it is, it is the answer
        return repr(error)
    return ""
