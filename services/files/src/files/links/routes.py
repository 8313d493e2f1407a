"""Share links, for those who make them and look after them."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from files.links import accesses, links
from files.links.bodies import NewLink
from files.links.tokens import new_token
from files.permissions import Action, Ask, allowed

router = APIRouter(prefix="/api/files")


@router.post("/{file_id}/links", status_code=201)
async def make_link(
    file_id: UUID, body: NewLink, request: Request, ask: Annotated[Ask, allowed(Action.LINK_MAKE)]
) -> dict[str, Any]:
    """The answer alone has the token: what is kept is a hash of it."""
    state = request.app.state
    body.require_expiry(state.settings.link_longest_days)
    async with ask.granted():
        pass  # no hash is made for whom the rule refuses
    password_hash = await state.passwords.hash(body.password) if body.password else None
    terms, token = links.Terms(password_hash, body.expires_at, body.download_limit), new_token()
    async with ask.granted() as (db, standing):
        link = await links.add(db, file_id, standing.user_id, token, terms)
    return {**link, "token": token, "url": f"{state.settings.public_url.rstrip('/')}/shared/{token}"}


@router.get("/{file_id}/links")
async def list_links(file_id: UUID, ask: Annotated[Ask, allowed(Action.LINK_LIST)]) -> dict[str, Any]:
    async with ask.granted() as (db, standing):
        found = await links.listed(db, file_id)
        mine = str(standing.user_id)
        return {"links": [link for link in found if standing.looks_after_links or link["createdBy"] == mine]}


@router.get("/links/{link_id}")
async def read_link(link_id: UUID, ask: Annotated[Ask, allowed(Action.LINK_READ)]) -> dict[str, Any]:
    async with ask.granted() as (db, _):
        return await links.get(db, link_id)


@router.get("/links/{link_id}/accesses")
async def list_accesses(
    link_id: UUID,
    ask: Annotated[Ask, allowed(Action.LINK_READ)],
    cursor: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> dict[str, Any]:
    async with ask.granted() as (db, _):
        found = await accesses.page(db, link_id, cursor, limit + 1)
        more = len(found) > limit
        return {"accesses": found[:limit], "nextCursor": found[limit - 1]["id"] if more else None}


@router.delete("/links/{link_id}", status_code=204)
async def revoke_link(link_id: UUID, ask: Annotated[Ask, allowed(Action.LINK_REVOKE)]) -> Response:
    """It opens nothing any more, and downloads by it end."""
    async with ask.granted() as (db, standing):
        await links.revoke(db, link_id, standing.user_id)
    return Response(status_code=204)
