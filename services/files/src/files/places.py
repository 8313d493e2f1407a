"""What a file can hang on. Whoever sees one of its open places sees the file; a new kind of place is one more row."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from chassis.problems import Problem, not_found


@dataclass(frozen=True, slots=True)
class Kind:
    """SQL over `p.entity_id`, of whom asks as $1: which workspace it belongs to, if that is its to say, who sees what
    hangs there, who may hang something there, and whom a moderator lets say nothing there."""

    workspace: str
    sees: str
    writes: str
    silenced: str = "FALSE"


@dataclass(frozen=True, slots=True)
class Place:
    """One entity."""

    entity_type: str
    entity_id: UUID


CHANNEL = """EXISTS (
    SELECT FROM channels c JOIN workspace_members w ON w.workspace_id = c.workspace_id AND w.user_id = $1
    LEFT JOIN workspace_rights r ON r.workspace_id = c.workspace_id
    LEFT JOIN channel_members m ON m.channel_id = c.id AND m.user_id = $1
    WHERE c.id = p.entity_id AND {rule})"""
WORKSPACE = """EXISTS (
    SELECT FROM workspace_members w WHERE w.workspace_id = p.entity_id AND w.user_id = $1 AND {rule})"""
# As messaging decides it: what is said of the member alone, else by the channel, else by the workspace; everybody may
# in conversations.
RANKS = "array_position(ARRAY['guest', 'member', 'channelAdmin', 'admin', 'owner'], {word})"
RANK = RANKS.format(word="CASE WHEN w.role = 'member' AND m.is_admin THEN 'channelAdmin' ELSE w.role END")
MAY = f"""
    (c.type IN ('direct', 'group')
        OR coalesce(w.may_{{right}}, {RANK} >= {RANKS.format(word="coalesce(c.{right}, r.{right}, 'guest')")}))
"""
POSTS = f"($1 = ANY(c.poster_ids) OR {MAY.format(right='post')})"
SILENCED = "coalesce(greatest(w.silenced_until, m.silenced_until) > now(), FALSE)"
SILENCED_IN_WORKSPACE = "coalesce(w.silenced_until > now(), FALSE)"
SEES_CHANNEL = "(m.user_id IS NOT NULL OR (c.type = 'public' AND w.role <> 'guest'))"
SPEAKS = f"m.user_id IS NOT NULL AND NOT c.is_archived AND NOT {SILENCED}"
CHANNEL_ITSELF = "(SELECT c.workspace_id FROM channels c WHERE c.id = p.entity_id)"
KINDS: Mapping[str, Kind] = {
    "channel": Kind(
        workspace=CHANNEL_ITSELF,
        sees=CHANNEL.format(rule=SEES_CHANNEL),
        writes=CHANNEL.format(rule=f"{SPEAKS} AND {POSTS}"),
        silenced=CHANNEL.format(rule=SILENCED),
    ),
    # What is to go with a message: its uploader's alone (`THEIRS`), until a message of the channel carries it.
    "draft": Kind(
        workspace=CHANNEL_ITSELF,
        sees=CHANNEL.format(rule=SEES_CHANNEL),
        writes=CHANNEL.format(rule=f"{SPEAKS} AND ({POSTS} OR {MAY.format(right='reply')})"),
    ),
    "workspace": Kind(
        workspace="p.entity_id",
        sees=WORKSPACE.format(rule="w.role <> 'guest'"),
        writes=WORKSPACE.format(rule=f"w.role <> 'guest' AND NOT {SILENCED_IN_WORKSPACE}"),
        silenced=WORKSPACE.format(rule=SILENCED_IN_WORKSPACE),
    ),
    # A person's own: the upload says for which workspace.
    "user": Kind(workspace="NULL::uuid", sees="p.entity_id = $1", writes="p.entity_id = $1"),
}


def _by_kind(name: str) -> str:
    cases = " ".join(f"WHEN '{kind}' THEN {getattr(row, name)}" for kind, row in KINDS.items())
    return f"CASE p.entity_type {cases} END"


# Who is shut out of their organization says nothing anywhere, whatever they began before.
IS_SHUT_OUT = "EXISTS (SELECT FROM shut_out s WHERE s.user_id = $1)"
SEES = f"coalesce({_by_kind('sees')}, FALSE)"
WRITES = f"(coalesce({_by_kind('writes')}, FALSE) AND NOT {IS_SHUT_OUT})"
IS_SILENCED = f"({_by_kind('silenced')} OR {IS_SHUT_OUT})"
WORKSPACE_OF = _by_kind("workspace")


def read(entity_type: str, entity_id: str) -> Place:
    """A place as a client names it; `Problem` 422 for a kind there is not, 404 for what is no id."""
    if entity_type not in KINDS:
        raise Problem(422, "invalid_request", f"entityType: must be one of {', '.join(KINDS)}")
    try:
        if len(entity_id) != 36:
            raise ValueError(entity_id)
        return Place(entity_type, UUID(entity_id))
    except ValueError:
        raise not_found(entity_type) from None
