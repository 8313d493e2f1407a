"""Resumable uploads over HTTP: tus 1.0.0 with creation, creation-with-upload, checksum, expiration and termination."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from email.utils import format_datetime
from typing import Annotated, Any
from uuid import UUID

from chassis import tasks
from chassis.problems import PART_GONE, Problem, unavailable
from fastapi import APIRouter, Request, Response
from fastapi.routing import APIRoute

from files import names, places, uploads
from files.metrics import TUS_CHUNKS
from files.permissions import Action, Ask, allowed
from files.quotas import require_size
from files.settings import Settings
from files.tus import headers, progress
from files.tus.chunks import Chunk
from files.tus.progress import RESTS, Progress
from files.upload_routes import key_of, limits_of
from files.uploads import Wanted

PATH = "/api/files/tus"
# Chunks that this process takes at once: each holds a few parts in memory.
MOST_AT_ONCE = 16
# Another request goes on with it: of another offset, or just now.
ELSEWHERE = (409, 423)
KEEP_EVERY = progress.LEASE / 3
KNOWN = frozenset({"filename", "filetype", "name", "type", "entityType", "entityId", "workspaceId", "fileId"})


class TusRoute(APIRoute):
    """Refusals, too, name the version of the protocol."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handle_named(request: Request) -> Response:
            try:
                response = await handle(request)
            except Problem as problem:
                response = problem.response()
            response.headers["Tus-Resumable"] = headers.VERSION
            if response.status_code == 412:
                response.headers["Tus-Version"] = headers.VERSION
            return response

        return handle_named


router = APIRouter(route_class=TusRoute)


@router.options(PATH, status_code=204)
@router.options(f"{PATH}/{{upload_id}}", status_code=204)
async def describe(request: Request, ask: Annotated[Ask, allowed(Action.UPLOAD_CONTINUE)]) -> Response:
    return Response(
        status_code=204,
        headers={
            "Tus-Version": headers.VERSION,
            "Tus-Extension": headers.EXTENSIONS,
            "Tus-Max-Size": str(request.app.state.settings.file_limit),
            "Tus-Checksum-Algorithm": ",".join(headers.ALGORITHMS),
        },
    )


@router.post(PATH, status_code=201)
async def begin(request: Request, ask: Annotated[Ask, allowed(Action.FILE_UPLOAD)]) -> Response:
    """`Location` is where the bytes go; the body can bring the first of them."""
    headers.require_version(request.headers)
    if "upload-defer-length" in request.headers:
        raise headers.invalid("Upload-Length: must be said from the beginning.")
    length, said = headers.number(request.headers, "Upload-Length"), headers.metadata(request.headers)
    upload_id, is_new = await _begun(request, ask, length, said)
    made = await _first(request, ask, upload_id) if is_new else await _found(ask, upload_id)
    return _answer(201, made, {"Location": f"{PATH}/{made.id}", "Nexus-File-Id": str(made.file_id)})


@router.head(f"{PATH}/{{upload_id}}")
async def tell(upload_id: UUID, request: Request, ask: Annotated[Ask, allowed(Action.UPLOAD_CONTINUE)]) -> Response:
    headers.require_version(request.headers)
    return await _told(ask, upload_id)


@router.patch(f"{PATH}/{{upload_id}}", status_code=204)
async def carry_on(upload_id: UUID, request: Request, ask: Annotated[Ask, allowed(Action.UPLOAD_CONTINUE)]) -> Response:
    headers.require_version(request.headers)
    return _answer(204, await _written(request, ask, upload_id))


@router.delete(f"{PATH}/{{upload_id}}", status_code=204)
async def end(upload_id: UUID, request: Request, ask: Annotated[Ask, allowed(Action.UPLOAD_CONTINUE)]) -> Response:
    headers.require_version(request.headers)
    return await _ended(ask, upload_id)


@router.post(f"{PATH}/{{upload_id}}", status_code=204)
async def stand_in(upload_id: UUID, request: Request, ask: Annotated[Ask, allowed(Action.UPLOAD_CONTINUE)]) -> Response:
    """For clients that can only POST: X-HTTP-Method-Override says what they mean."""
    headers.require_version(request.headers)
    match headers.method_of(request.method, request.headers):
        case "PATCH":
            return _answer(204, await _written(request, ask, upload_id))
        case "DELETE":
            return await _ended(ask, upload_id)
        case "HEAD":
            return await _told(ask, upload_id)
    raise Problem(405, "method_not_allowed", "X-HTTP-Method-Override: must be PATCH, DELETE or HEAD.")


async def _begun(request: Request, ask: Ask, length: int, said: dict[str, str]) -> tuple[UUID, bool]:
    """Which one it is, and whether it is new or was begun under its key before."""
    if unknown := sorted(set(said) - KNOWN):
        raise headers.invalid(f"Upload-Metadata: {unknown[0]} is not known here.")
    settings: Settings = request.app.state.settings
    filename = names.clean(said.get("filename") or said.get("name") or "")
    declared = names.declared_type(said.get("filetype") or said.get("type"))
    limits = limits_of(settings, filename, declared)
    require_size(length, limits)
    key, told = key_of(request), request.headers.get("upload-metadata", "")
    wanted = Wanted("tus", filename, declared, length, RESTS, key=key)
    if "fileId" in said:
        next_version = replace(ask, action=Action.VERSION_ADD, ids={"file_id": said["fileId"]})
        granted = next_version.granted()
    else:
        place = places.read(said.get("entityType", ""), said.get("entityId", ""))
        wanted = replace(wanted, place=place)
        granted = ask.granted_at(place, _workspace(said))
    async with granted as (db, standing):
        if key and (before := await progress.begun_before(db, standing.user_id, key, length, told)):
            return before, False
        upload = await uploads.begin(db, standing, wanted, limits)
        await progress.add(db, upload, length, told)
    return upload.id, True


def _workspace(said: dict[str, str]) -> UUID | None:
    try:
        return UUID(said["workspaceId"]) if "workspaceId" in said else None
    except ValueError:
        raise headers.invalid("Upload-Metadata: workspaceId is no id.") from None


async def _first(request: Request, ask: Ask, upload_id: UUID) -> Progress:
    """What came with the creation; nothing stays of an upload whose first bytes are refused."""
    has_bytes = request.headers.get("content-type", "").startswith(headers.CHUNK_TYPE)
    if not has_bytes and (found := await _found(ask, upload_id)).length:
        return found
    body = request.stream() if has_bytes else _nothing()
    try:
        return await _write(request, ask, upload_id, 0, body, is_first=True)
    except Problem as problem:
        if problem.status in ELSEWHERE:
            return await _found(ask, upload_id)
        if problem.status != 408:
            await _give_up(ask, upload_id, None)
        raise


async def _found(ask: Ask, upload_id: UUID) -> Progress:
    async with ask.pool.acquire(timeout=5) as db:
        return await progress.of_user(db, upload_id, ask.user.user_id)


async def _nothing() -> AsyncIterator[bytes]:
    return
    yield b""


async def _told(ask: Ask, upload_id: UUID) -> Response:
    found = await _found(ask, upload_id)
    more = {"Upload-Length": str(found.length), "Nexus-File-Id": str(found.file_id)}
    return _answer(200, found, {**more, **({"Upload-Metadata": found.metadata} if found.metadata else {})})


async def _written(request: Request, ask: Ask, upload_id: UUID) -> Progress:
    headers.require_chunk_type(request.headers)
    offset = headers.number(request.headers, "Upload-Offset")
    return await _write(request, ask, upload_id, offset, request.stream())


async def _write(
    request: Request, ask: Ask, upload_id: UUID, offset: int, body: AsyncIterator[bytes], is_first: bool = False
) -> Progress:
    state, checksum = request.app.state, headers.checksum(request.headers)
    await _ask_again(ask, upload_id)
    async with _one_of_few(state), _turn(ask, upload_id, state.settings.instance) as (found, turn):
        if found.arrived != offset:
            detail = f"Upload-Offset: {found.arrived} bytes have arrived, not {offset}."
            raise Problem(409, "wrong_offset", detail, extra={"offset": found.arrived})
        try:
            _require_fits(request, found)
            if found.is_whole and (found.length or not found.is_open):
                return found
            written = await Chunk(ask.pool, state.store, found, turn).write(body, checksum)
        except Problem as problem:
            if is_first and problem.status != 408:
                await _give_up(ask, upload_id, turn)
            raise
    TUS_CHUNKS.labels("taken").inc()
    return written


def _require_fits(request: Request, found: Progress) -> None:
    declared = request.headers.get("content-length", "0")
    if declared.isdigit() and found.arrived + int(declared) > found.length:
        raise Problem(413, "too_large", "The chunk has more bytes than the upload was to have.")


async def _give_up(ask: Ask, upload_id: UUID, turn: UUID | None) -> None:
    """Unless somebody else has begun to write to it."""
    async with ask.pool.acquire(timeout=5) as db, db.transaction():
        await uploads.hold(db, upload_id)
        if not await progress.is_anothers(db, upload_id, turn):
            await uploads.give_up(db, upload_id)


async def _ask_again(ask: Ask, upload_id: UUID) -> None:
    """Who may not upload any more sends no further byte. (Of what has arrived as a whole, the job asks.)"""
    async with ask.pool.acquire(timeout=5) as db, db.transaction():
        found = await progress.of_user(db, upload_id, ask.user.user_id)
        refusal = None if found.is_whole else await uploads.ask_again(db, upload_id)
    if refusal:
        raise refusal


@asynccontextmanager
async def _one_of_few(state: Any) -> AsyncIterator[None]:
    if state.tus_chunks >= MOST_AT_ONCE:
        TUS_CHUNKS.labels("too_many").inc()
        raise unavailable("Too many uploads are under way; try again shortly.")
    state.tus_chunks += 1
    try:
        yield
    finally:
        state.tus_chunks -= 1


@asynccontextmanager
async def _turn(ask: Ask, upload_id: UUID, process: str) -> AsyncIterator[tuple[Progress, UUID]]:
    """Nobody else writes meanwhile."""
    async with ask.pool.acquire(timeout=5) as db, db.transaction():
        await progress.of_user(db, upload_id, ask.user.user_id)
        turn = await progress.take(db, upload_id, process)
        found = await progress.of_user(db, upload_id, ask.user.user_id)
    keeping = asyncio.ensure_future(_keep(ask, upload_id, turn))
    try:
        yield found, turn
    finally:
        await tasks.end(keeping)
        async with ask.pool.acquire(timeout=5) as db, db.transaction():
            await progress.leave(db, upload_id, turn)


async def _keep(ask: Ask, upload_id: UUID, turn: UUID) -> None:
    while True:
        await asyncio.sleep(KEEP_EVERY)
        with suppress(*PART_GONE):
            async with ask.pool.acquire(timeout=5) as db:
                await progress.keep(db, upload_id, turn)


async def _ended(ask: Ask, upload_id: UUID) -> Response:
    async with ask.pool.acquire(timeout=5) as db, db.transaction():
        await uploads.hold(db, upload_id)
        found = await progress.of_user(db, upload_id, ask.user.user_id)
        if found.is_whole:
            raise Problem(409, "upload_finished", "All bytes have arrived: delete the file instead.")
        await uploads.give_up(db, upload_id)
    return Response(status_code=204)


def _answer(status: int, found: Progress, more: dict[str, str] | None = None) -> Response:
    told = {"Upload-Offset": str(found.arrived), "Cache-Control": "no-store", **(more or {})}
    if found.expires_at is not None and not found.is_whole:
        told["Upload-Expires"] = format_datetime(found.expires_at, usegmt=True)
    return Response(status_code=status, headers=told)
