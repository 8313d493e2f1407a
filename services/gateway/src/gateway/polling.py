"""The long-polling transport: an ASGI app for GET and POST on the engine's path."""

import asyncio
from collections.abc import Mapping

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from gateway.endpoints import Peer
from gateway.engine import EngineServer
from gateway.frames import ProtocolError, split_payload
from gateway.reasons import Reason
from gateway.refusals import BAD_METHOD, BAD_REQUEST, TOO_LARGE, Refusal, check_request
from gateway.sessions import Session, State


class PollingApp:
    """Mount it where the engine's path is; it answers every method."""

    def __init__(self, engine: EngineServer) -> None:
        self._engine = engine

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        response = await self._answer(request)
        response.headers.update(self._cors(request))
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        if request.method == "OPTIONS":
            return Response(status_code=204)
        query, headers = request.query_params, request.headers
        refusal = check_request(self._engine, query, headers.get("origin"), headers.get("host"))
        refusal = refusal or self._check_method(request.method, query)
        if refusal is not None:
            return self._refuse(refusal)
        if "sid" not in query:
            return self._open(request)
        session = self._engine.sessions[query["sid"]]
        return await (self._poll(session, request) if request.method == "GET" else self._post(session, request))

    def _check_method(self, method: str, query: Mapping[str, str]) -> Refusal | None:
        if "sid" not in query:
            if method != "GET":
                return BAD_METHOD
        elif method not in ("GET", "POST") or self._engine.sessions[query["sid"]].link is not None:
            return BAD_REQUEST
        return BAD_REQUEST if query["transport"] != "polling" else None

    def _refuse(self, refusal: Refusal) -> Response:
        self._engine.traffic.refused[refusal.name] += 1
        return Response(refusal.body, refusal.status, refusal.headers(), media_type="application/json")

    def _open(self, request: Request) -> Response:
        address = request.client.host if request.client else ""
        session = self._engine.open(Peer(address, request.headers.get("user-agent", "")))
        return _text(session.next_payload() or b"")

    async def _poll(self, session: Session, request: Request) -> Response:
        if session.poll is not None:
            session.end(Reason.TRANSPORT_ERROR)
            return self._refuse(BAD_REQUEST)
        payload = session.next_payload()
        if payload is not None:
            return _text(payload)
        poll = session.poll = asyncio.get_running_loop().create_future()
        if not await self._wait(poll, request):
            session.poll = None
            session.end(Reason.TRANSPORT_CLOSE)
            return Response(status_code=400)
        return _text(poll.result())

    async def _wait(self, poll: asyncio.Future[bytes], request: Request) -> bool:
        """Until there is an answer: at the latest a ping, or the close of the session that did not answer one."""
        limit = self._engine.settings.ping_interval + self._engine.settings.ping_timeout + 1
        gone = asyncio.ensure_future(_disconnected(request))
        try:
            await asyncio.wait({poll, gone}, timeout=limit, return_when=asyncio.FIRST_COMPLETED)
        finally:
            gone.cancel()
        return poll.done()

    async def _post(self, session: Session, request: Request) -> Response:
        if session.posting or session.state is not State.OPEN:
            session.end(Reason.TRANSPORT_ERROR)
            return self._refuse(BAD_REQUEST)
        session.posting = True
        try:
            body = await self._read(request)
        except (ClientDisconnect, TimeoutError):
            session.end(Reason.TRANSPORT_CLOSE)
            return self._refuse(BAD_REQUEST)
        finally:
            session.posting = False
        if body is None:
            return self._refuse(TOO_LARGE)
        return self._take(session, body, request.headers.get("content-type", ""))

    async def _read(self, request: Request) -> bytes | None:
        body = bytearray()
        async with asyncio.timeout(self._engine.settings.ping_timeout):
            async for chunk in request.stream():
                body += chunk
                if len(body) > self._engine.settings.max_payload:
                    return None
        return bytes(body)

    def _take(self, session: Session, body: bytes, content_type: str) -> Response:
        try:
            if content_type == "application/octet-stream":
                raise ProtocolError("a payload is text in this version of the protocol")
            for packet in split_payload(body):
                session.receive(packet)
        except ProtocolError:
            session.close(Reason.PARSE_ERROR)
        if session.ended_by is Reason.PARSE_ERROR:
            return self._refuse(BAD_REQUEST)
        return _text(b"ok")

    def _cors(self, request: Request) -> dict[str, str]:
        """Another origin is answered by name or not at all."""
        origin = request.headers.get("origin")
        if origin is None or origin not in self._engine.settings.origins.allowed:
            return {"Vary": "Origin"}
        return {
            "Vary": "Origin",
            "Access-Control-Allow-Origin": origin,
            "Access-Control-Allow-Credentials": "true",
            "Access-Control-Allow-Methods": "GET, POST",
            "Access-Control-Allow-Headers": "content-type, authorization",
            "Access-Control-Max-Age": "600",
        }


async def _disconnected(request: Request) -> bytes:
    while (await request.receive())["type"] != "http.disconnect":
        pass
    return b""


def _text(payload: bytes) -> Response:
    return Response(payload, headers={"Cache-Control": "no-store"}, media_type="text/plain; charset=UTF-8")
