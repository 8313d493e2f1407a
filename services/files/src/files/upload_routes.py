"""Uploading by a form: `POST /api/files`, and a file's next version."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from typing import Annotated, Any
from uuid import UUID

from chassis.problems import Problem
from chassis.requests import idempotency_key
from eventbus import Db
from eventbus.wire import Json
from fastapi import APIRouter, Request

from files import form_bodies, forms, keys, places, quotas, repeats, uploads
from files.form_bodies import Form
from files.intake import Intake
from files.media.types import OCTETS, of_name
from files.objects import Missing, StoreGone
from files.permissions import Action, Ask, Standing, allowed
from files.places import Place
from files.quotas import Limits
from files.repeats import Before
from files.settings import Settings
from files.uploads import Upload, Wanted

router = APIRouter(prefix="/api")
Granted = AbstractAsyncContextManager[tuple[Db, Standing]]
# Seconds after which a form whose process died is given up, and between two signs of life.
RESTS, ALIVE_EVERY = 120.0, 30.0
# Bytes that are reserved at once for a form that does not say its length.
STEP = 64 * 1024 * 1024
LONGEST_KEY = 255
FIELDS = {"entityType", "entityId", "fileId", "workspaceId"}


@router.post("/files", status_code=201)
async def upload_file(request: Request, ask: Annotated[Ask, allowed(Action.FILE_UPLOAD)]) -> Json:
    """A new file at a place, or with `fileId` a new version of that file."""
    form = await form_bodies.read(request)
    _known(form, FIELDS)
    if "fileId" in form.fields:
        next_version = replace(ask, action=Action.VERSION_ADD, ids={"file_id": form.fields["fileId"]})
        return await _taken(request, ask, form, next_version.granted(), None)
    place = places.read(_field(form, "entityType"), _field(form, "entityId"))
    return await _taken(request, ask, form, ask.granted_at(place, _workspace(form)), place)


@router.post("/files/{file_id}/versions", status_code=201)
async def upload_version(request: Request, ask: Annotated[Ask, allowed(Action.VERSION_ADD)]) -> Json:
    form = await form_bodies.read(request)
    _known(form, set())
    return await _taken(request, ask, form, ask.granted(), None)


def limits_of(settings: Settings, filename: str, declared_type: str) -> Limits:
    """For what its uploader says it is; of what nobody says its content decides later."""
    said = of_name(filename) if declared_type == OCTETS else declared_type
    most = settings.limit_of(said) if said else settings.file_limit
    return Limits(most, settings.workspace_quota, settings.uploads_per_user)


async def _taken(request: Request, ask: Ask, form: Form, granted: Granted, place: Place | None) -> Json:
    limits = limits_of(request.app.state.settings, form.filename, form.declared_type)
    if form.most is not None and form.most - form_bodies.LEEWAY > limits.file:
        raise quotas.too_large(limits)
    size = STEP if form.most is None else form.most
    wanted = Wanted("form", form.filename, form.declared_type, min(size, limits.file), RESTS, place, key_of(request))
    async with granted as (db, standing):
        before = await repeats.before(db, standing, wanted)
        begun = before or await uploads.begin(db, standing, wanted, limits)
    if isinstance(begun, Before):
        await begun.require_same(form.chunks)
    else:
        async with _given_up_if_it_fails(ask, begun):
            await _received(request, ask, form, begun, limits)
    async with ask.pool.acquire(timeout=5) as db:
        return await forms.of(db, ask.user.user_id, begun.file_id)


async def _received(request: Request, ask: Ask, form: Form, upload: Upload, limits: Limits) -> None:
    store, key = request.app.state.store, keys.incoming(upload.id)

    async def note(multipart_id: str) -> None:
        async with ask.pool.acquire(timeout=5) as db:
            if not await uploads.name_parts(db, upload.id, multipart_id):
                await store.abort(key, multipart_id)
                raise _over()

    intake = Intake(store, key, note)
    try:
        await _stream(ask, form, upload, limits, intake)
        taken = await intake.close()
    except Missing:
        raise _over() from None
    except StoreGone:
        await _extend(ask, upload)  # some stores hang up on parts of what was given up, others say so
        raise
    finally:
        await intake.stop()
    async with ask.pool.acquire(timeout=5) as db, db.transaction():
        await uploads.finish(db, upload.id, taken.size, taken.sha256)


async def _stream(ask: Ask, form: Form, upload: Upload, limits: Limits, intake: Intake) -> None:
    reserved, alive_at = upload.size, time.monotonic()
    async for chunk in form.chunks:
        await intake.write(chunk)
        if intake.size > limits.file:
            raise quotas.too_large(limits)
        if intake.size > reserved:
            await _reserve(ask, upload, STEP, limits)
            reserved += STEP
        if time.monotonic() - alive_at > ALIVE_EVERY:
            alive_at = time.monotonic()
            await _extend(ask, upload)


async def _reserve(ask: Ask, upload: Upload, more: int, limits: Limits) -> None:
    async with ask.pool.acquire(timeout=5) as db, db.transaction():
        await uploads.reserve(db, upload, min(more, limits.file), limits)


async def _extend(ask: Ask, upload: Upload) -> None:
    async with ask.pool.acquire(timeout=5) as db:
        if not await uploads.extend(db, upload.id, RESTS):
            raise _over()


@asynccontextmanager
async def _given_up_if_it_fails(ask: Ask, upload: Upload) -> AsyncIterator[None]:
    """Whatever happens to the body, the client or this process: nothing of it stays. (If this process dies,
    housekeeping sees to it.)"""
    try:
        yield
    except BaseException:
        await asyncio.shield(_give_up(ask, upload.id))
        raise


async def _give_up(ask: Ask, upload_id: UUID) -> None:
    async with ask.pool.acquire(timeout=5) as db, db.transaction():
        await uploads.give_up(db, upload_id)


def key_of(request: Request) -> str | None:
    return idempotency_key(request, LONGEST_KEY)


def _known(form: Form, names: set[str]) -> None:
    if unknown := sorted(set(form.fields) - names):
        raise _invalid(f"{unknown[0][:64]}: is not known here")


def _field(form: Form, name: str) -> str:
    if name not in form.fields:
        raise _invalid(f"{name}: is missing; fields come before the file")
    return form.fields[name]


def _workspace(form: Form) -> UUID | None:
    text: Any = form.fields.get("workspaceId")
    try:
        return UUID(text) if text is not None else None
    except ValueError:
        raise _invalid("workspaceId: must be an id") from None


def _over() -> Problem:
    return Problem(409, "upload_over", "The upload was given up meanwhile.")


def _invalid(detail: str) -> Problem:
    return Problem(422, "invalid_request", detail)
