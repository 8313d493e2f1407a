"""Where somebody stands towards a file or a place: all that the rules look at, in one query."""

from dataclasses import dataclass
from uuid import UUID

from chassis.problems import not_found
from eventbus import Db

from files.places import IS_SHUT_OUT, IS_SILENCED, SEES, WORKSPACE_OF, WRITES, Place


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the asker stands towards what they ask about; what does not apply is None."""

    user_id: UUID
    workspace_id: UUID | None = None
    role: str | None = None
    # Towards a place: whether the asker may hang something there.
    writes: bool = False
    file_id: UUID | None = None
    uploaded_by: UUID | None = None
    # A moderator lets them say nothing where the file hangs.
    is_silenced: bool = False
    # Who made the share link that is named.
    link_by: UUID | None = None

    @property
    def is_admin(self) -> bool:
        return self.role in ("owner", "admin")

    @property
    def is_uploader(self) -> bool:
        return self.uploaded_by == self.user_id

    @property
    def looks_after_links(self) -> bool:
        return self.is_uploader or self.is_admin


# What is a person's own is theirs while they are in the workspace that keeps it; what is to go with a message is its
# uploader's.
THEIRS = """CASE p.entity_type
    WHEN 'user' THEN EXISTS (
        SELECT FROM workspace_members w WHERE w.workspace_id = f.workspace_id AND w.user_id = $1)
    WHEN 'draft' THEN f.uploaded_by = $1
    ELSE TRUE END"""
VISIBLE = f"""
    EXISTS (SELECT FROM file_places p WHERE p.file_id = f.id AND p.is_open AND {SEES} AND {THEIRS})
    AND (f.version IS NOT NULL OR f.uploaded_by = $1)
"""
# What somebody was given an address of: that asks for no sign-in, which who is shut out has no more.
REACHED = f"({VISIBLE} AND NOT {IS_SHUT_OUT})"
OF_FILE = f"""
    SELECT f.id AS file_id, f.workspace_id, f.uploaded_by,
        EXISTS (SELECT FROM file_places p WHERE p.file_id = f.id AND p.is_open AND {IS_SILENCED}) AS is_silenced, m.role
    FROM files f LEFT JOIN workspace_members m ON m.workspace_id = f.workspace_id AND m.user_id = $1
    WHERE f.id = $2 AND {VISIBLE}
"""  # noqa: S608
OF_LINK = OF_FILE.replace("m.role\n", "m.role, l.created_by AS link_by\n").replace(
    "WHERE f.id = $2", "JOIN links l ON l.file_id = f.id WHERE l.id = $2"
)
# What a message carries to a channel may be in a thread there, as the draft was with which it came.
NAMED = """CASE
    WHEN p.entity_type <> 'channel' THEN p.entity_type
    WHEN EXISTS (SELECT FROM message_files c WHERE c.file_id = f.id AND c.channel_id = p.entity_id) THEN 'draft'
    ELSE 'channel' END"""
# Of a new file whose bytes still come.
OF_UPLOAD = f"""
    SELECT f.workspace_id, f.uploaded_by, m.role, (SELECT bool_and({WRITES}) FROM (
        SELECT p.entity_id, {NAMED} AS entity_type FROM file_places p WHERE p.file_id = f.id) AS p) AS writes
    FROM files f JOIN workspace_members m ON m.workspace_id = f.workspace_id AND m.user_id = $1
    WHERE f.id = $2
"""  # noqa: S608
OF_PLACE = f"""
    SELECT p.workspace_id, {WRITES} AS writes, m.role
    FROM (SELECT p.*, coalesce({WORKSPACE_OF}, $4::uuid) AS workspace_id
        FROM (SELECT $2::text AS entity_type, $3::uuid AS entity_id) AS p) AS p
    LEFT JOIN workspace_members m ON m.workspace_id = p.workspace_id AND m.user_id = $1
    WHERE {SEES} AND (p.workspace_id IS NULL OR m.user_id IS NOT NULL)
"""  # noqa: S608

IS_IN = """
    SELECT CASE WHEN $2::text IN ('channel', 'draft') THEN EXISTS (
        SELECT FROM channels c JOIN channel_members m ON m.channel_id = c.id AND m.user_id = $1
        JOIN workspace_members w ON w.workspace_id = c.workspace_id AND w.user_id = $1 WHERE c.id = $3)
    ELSE $2 = 'user' AND $4::uuid IS NULL OR EXISTS (
        SELECT FROM workspace_members WHERE user_id = $1
            AND workspace_id = CASE WHEN $2 = 'workspace' THEN $3 ELSE $4 END) END
"""


async def sees_file(db: Db, user_id: UUID, file_id: UUID) -> bool:
    return await db.fetchval(OF_FILE, user_id, file_id) is not None


async def of_file(db: Db, user_id: UUID, file_id: UUID) -> Standing:
    """`Problem` 404 for a file that is not seen."""
    row = await db.fetchrow(OF_FILE, user_id, file_id)
    if row is None:
        raise not_found("file")
    return Standing(user_id, **dict(row))


async def is_in(db: Db, user_id: UUID, place: Place, workspace_id: UUID | None) -> bool:
    """Whether somebody is known to be where they want to hang something, whatever they may do there."""
    return bool(await db.fetchval(IS_IN, user_id, place.entity_type, place.entity_id, workspace_id))


async def of_upload(db: Db, user_id: UUID, file_id: UUID) -> Standing:
    """Towards the places of a file that never was clean; of whoever is not in its workspace any more it is none."""
    row = await db.fetchrow(OF_UPLOAD, user_id, file_id)
    return Standing(user_id, **dict(row)) if row else Standing(user_id)


async def of_link(db: Db, user_id: UUID, link_id: UUID) -> Standing:
    """`Problem` 404 for a link to a file that is not seen."""
    row = await db.fetchrow(OF_LINK, user_id, link_id)
    if row is None:
        raise not_found("link")
    return Standing(user_id, **dict(row))


async def of_place(db: Db, user_id: UUID, place: Place, workspace_id: UUID | None = None) -> Standing:
    """`Problem` 404 for a place that is not seen. `workspace_id` is asked of places that belong to none alone."""
    row = await db.fetchrow(OF_PLACE, user_id, place.entity_type, place.entity_id, workspace_id)
    if row is None:
        raise not_found(place.entity_type)
    return Standing(user_id, **dict(row))
