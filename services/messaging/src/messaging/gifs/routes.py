"""GIFs: searched by words, and served as nothing but images."""

from typing import Annotated

from chassis.problems import not_found
from chassis.schema import Text
from eventbus.wire import Json
from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import StringConstraints

from messaging.emoji_routes import HEADERS
from messaging.gifs.sources import Sources
from messaging.permissions import Action, Ask, allowed

router = APIRouter(prefix="/api/gifs")
Words = Annotated[Text, StringConstraints(max_length=100)]
GifId = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,80}$")]


@router.get("")
async def search_gifs(
    request: Request,
    ask: Annotated[Ask, allowed(Action.GIF_LIST)],
    search: Annotated[Words, Query()] = "",
    limit: Annotated[int, Query(ge=1, le=50)] = 30,
    cursor: Annotated[str, Query(max_length=300)] = "",
) -> Json:
    """A page of what is found; `cursor` is the `nextCursor` of the page before."""
    async with ask.granted():
        pass  # nobody holds a connection to the database while a provider is asked
    return (await _sources(request).page(search.strip(), limit, cursor)).as_json()


@router.get("/{gif_id}/image")
async def get_gif(gif_id: GifId, request: Request, ask: Annotated[Ask, allowed(Action.GIF_LIST)]) -> Response:
    async with ask.granted():
        pass
    picture = await _sources(request).picture(gif_id)
    if picture is None:
        raise not_found("GIF")
    return Response(picture.data, media_type=picture.content_type, headers=HEADERS)


def _sources(request: Request) -> Sources:
    sources: Sources = request.app.state.gifs
    return sources
