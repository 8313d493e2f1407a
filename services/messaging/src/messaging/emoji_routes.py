"""Emoji of a workspace: kept as they look, served so that nothing else can be made of them."""

from typing import Annotated
from uuid import UUID

from chassis.problems import Problem
from eventbus.wire import Json
from fastapi import APIRouter, Path, Request, Response

from messaging import emoji
from messaging.permissions import Action, Ask, allowed

router = APIRouter(prefix="/api/workspaces/{workspace_id}/emoji")
Name = Annotated[str, Path(pattern=f"^{emoji.NAME}$")]
# An image of an id never changes.
HEADERS = {
    "Cache-Control": "private, max-age=31536000, immutable",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
}


@router.get("")
async def list_emoji(workspace_id: UUID, ask: Annotated[Ask, allowed(Action.EMOJI_LIST)]) -> Json:
    async with ask.granted() as (db, _):
        return {"emoji": await emoji.listed(db, workspace_id)}


@router.put("/{name}", status_code=201)
async def add_emoji(
    workspace_id: UUID, name: Name, request: Request, ask: Annotated[Ask, allowed(Action.EMOJI_ADD)]
) -> Json:
    """The body is the image itself, which is decoded for those alone who may add it."""
    async with ask.granted():
        pass
    image = await emoji.taken_in(request.app.state.decoder, await _image(request))
    async with ask.granted() as (db, _):
        return await emoji.add(db, workspace_id, name, image, ask.user.user_id)


@router.get("/{emoji_id}/image")
async def get_image(workspace_id: UUID, emoji_id: UUID, ask: Annotated[Ask, allowed(Action.EMOJI_LIST)]) -> Response:
    async with ask.granted() as (db, _):
        image, content_type, name = await emoji.image_of(db, workspace_id, emoji_id)
    headers = {**HEADERS, "Content-Disposition": f'inline; filename="{name}"'}
    return Response(image, media_type=content_type, headers=headers)


@router.delete("/{name}", status_code=204)
async def remove_emoji(workspace_id: UUID, name: Name, ask: Annotated[Ask, allowed(Action.EMOJI_REMOVE)]) -> Response:
    async with ask.granted() as (db, standing):
        await emoji.remove(db, standing, workspace_id, name)
    return Response(status_code=204)


async def _image(request: Request) -> bytes:
    data = bytearray()
    async for piece in request.stream():
        data += piece
        if len(data) > emoji.MOST_BYTES:
            raise Problem(413, "too_large", f"An emoji may have {emoji.MOST_BYTES:,} bytes at the most.")
    return bytes(data)
