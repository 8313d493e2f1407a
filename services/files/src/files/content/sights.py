"""What a pass leads to just now: asked at every request, so that a right that was lost is lost at once."""

from dataclasses import dataclass
from uuid import UUID

from eventbus import Db

from files import keys
from files.content import forms
from files.content.forms import Form
from files.content.passes import Pass, Viewer
from files.media.types import served_as
from files.standings import REACHED
from files.store import Store

# Of the file itself, and of what was made of it: what stands for a file where only a look at it is granted.
ORIGINAL, LOOK = "", "thumbnail"

CLEAN = """
    SELECT f.filename, v.blob_id, v.declared_type, b.size, b.media_type
    FROM files f
    JOIN file_versions v ON v.file_id = f.id AND v.number = $3 AND v.status = 'clean'
    JOIN blobs b ON b.id = v.blob_id AND b.state = 'stored'
"""
BY_PERSON = f"{CLEAN} WHERE f.id = $2 AND {REACHED}"
# Whoever made a link must still see the file. (A download that was begun may take longer than its address lasts.)
ALIVE = f"""
    l.revoked_at IS NULL AND (l.expires_at IS NULL OR l.expires_at > now())
    AND {REACHED.replace("$1", "l.created_by")}
"""
BY_LINK = f"{CLEAN} JOIN links l ON l.file_id = f.id AND l.id = $1 WHERE f.id = $2 AND {ALIVE}"
BY_TICKET = f"""
    {CLEAN} JOIN links l ON l.file_id = f.id
    JOIN link_tickets t ON t.link_id = l.id AND t.id = $1 AND t.version = $3
        AND (t.begun_at IS NOT NULL OR t.expires_at > now())
    WHERE f.id = $2 AND {ALIVE}
"""
QUERIES = {Viewer.PERSON: BY_PERSON, Viewer.LINK: BY_LINK, Viewer.TICKET: BY_TICKET}


@dataclass(frozen=True, slots=True)
class Sight:
    """Bytes that may be handed out."""

    key: str
    size: int
    etag: str
    form: Form


async def look(db: Db, store: Store, granted: Pass) -> Sight | None:
    """None for what may not be seen, or not any more, and for what is not there."""
    if granted.viewer is Viewer.LINK and granted.variant != LOOK:
        return None
    if granted.viewer is Viewer.TICKET and granted.variant != ORIGINAL:
        return None
    row = await db.fetchrow(QUERIES[granted.viewer], granted.viewer_id, granted.file_id, granted.version)
    if row is None:
        return None
    if granted.variant == ORIGINAL:
        form = Form(served_as(row["media_type"], row["filename"], row["declared_type"]), False, row["filename"])
        return Sight(keys.blob(row["blob_id"]), row["size"], f'"{row["blob_id"].hex}"', form)
    return await _derived(store, row["blob_id"], granted.variant, row["filename"])


async def _derived(store: Store, blob_id: UUID, variant: str, filename: str) -> Sight | None:
    key = keys.derived(blob_id, variant)
    head = await store.head(key)
    if head is None:
        return None
    form = Form(head.media_type, True, forms.name_of_made(filename, variant, head.media_type))
    return Sight(key, head.size, head.etag, form)
