"""Files in another format, when somebody asks for it: made once, and there for everybody who reads the file."""

from typing import Annotated, Any, Literal
from uuid import UUID

import asyncpg
from chassis.problems import Problem, not_found
from chassis.schema import Body
from eventbus.wire import Json
from fastapi import APIRouter

from files import derived, forms, jobs, previewing
from files.confinement import PICTURE, bench
from files.derived import Made
from files.jobs import Job
from files.media import kinds
from files.media.kinds import Family
from files.permissions import Action, Ask, allowed
from files.workshop import Workshop

router = APIRouter(prefix="/api")
TYPES = {"png": "image/png", "jpeg": "image/jpeg", "webp": "image/webp", "pdf": "application/pdf"}
BLOB = """
    SELECT b.id, b.size, b.media_type, b.note, b.looked_at FROM files f
    JOIN file_versions v ON v.file_id = f.id AND v.number = f.version AND v.status = 'clean'
    JOIN blobs b ON b.id = v.blob_id AND b.state = 'stored' WHERE f.id = $1
"""
JOBS = "SELECT kind, state, progress, reason FROM jobs WHERE blob_id = $1 AND kind = ANY($2) ORDER BY created_at"
SHOWN = ["inspect", "thumbnail", "preview", "convert"]


class Wish(Body):
    """Which format somebody wants."""

    to: Literal["png", "jpeg", "webp", "pdf"]


@router.get("/files/{file_id}/previews")
async def list_previews(file_id: UUID, ask: Annotated[Ask, allowed(Action.FILE_READ)]) -> Json:
    """What there is to show of a file, what is still being made, and what came to nothing and why."""
    async with ask.granted() as (db, standing):
        file = await forms.of(db, standing.user_id, file_id)
        blob = await db.fetchrow(BLOB, file_id)
        if blob is None:
            return {"previews": [], "jobs": [], "conversions": [], "note": None}
        return {
            "previews": file["previews"],
            "jobs": [_job_json(row) for row in await db.fetch(JOBS, blob["id"], SHOWN)],
            "conversions": list(kinds.conversions(blob["media_type"], blob["size"])),
            "note": blob["note"],
        }


@router.post("/files/{file_id}/conversions", status_code=202)
async def convert_file(file_id: UUID, wish: Wish, ask: Annotated[Ask, allowed(Action.FILE_READ)]) -> Json:
    """Have it made; it is a preview of the file's once it is there, and asking again changes nothing."""
    async with ask.granted() as (db, _):
        blob = await db.fetchrow(BLOB, file_id)
        if blob is None:
            raise not_found("file")
        if wish.to not in kinds.conversions(blob["media_type"], blob["size"]):
            raise Problem(422, "no_such_conversion", f"This file cannot be made into {wish.to.upper()}.")
        variant = f"converted-{wish.to}"
        is_there = variant in await derived.variants(db, blob["id"])
        if not is_there:
            await jobs.add(db, "convert", f"{blob['id']}/{wish.to}", blob_id=blob["id"], details={"to": wish.to})
        return {"variant": variant, "state": "ready" if is_there else "waiting"}


async def convert(job: Job, shop: Workshop) -> None:
    to = str(job.details["to"])
    async with shop.pool.acquire(timeout=5) as db:
        source = await derived.source_of(db, job.blob_id)
    if source is None or to not in kinds.conversions(source.media_type, source.size):
        return
    async with bench(shop, source.blob_id, job) as at:
        await derived.fetch(shop.store, source, at.folder / "input")
        made, told = at.folder / "output", None
        if kinds.family_of(source.media_type) is Family.OFFICE:
            await previewing.to_pdf(at, source)
            made = at.folder / "output.pdf"
        else:
            told = await at.run("files.media.images:convert", PICTURE, {"media_type": source.media_type, "to": to})
        await derived.keep(shop, source, [Made(f"converted-{to}", made, TYPES[to], kinds.measures(told))])


def _job_json(row: asyncpg.Record) -> dict[str, Any]:
    reason, _, sentence = (row["reason"] or "").partition(": ") if row["state"] == "failed" else ("", "", "")
    return {
        "kind": row["kind"],
        "state": row["state"],
        "progress": row["progress"],
        "reason": reason or None,
        "sentence": sentence or None,
    }
