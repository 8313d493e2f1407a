"""People of every role in channels of every kind, and how each of them stands to each of those."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from uuid import UUID

import asyncpg
from messaging.permissions import Standing
from office import Asker, NewAsker
from uuid_utils.compat import uuid7

# Name: role in the workspace, role in the channel.
PEOPLE: dict[str, tuple[str | None, str | None]] = {
    "owner": ("owner", "member"),
    "admin": ("admin", "member"),
    "admin outside": ("admin", None),
    "channel admin": ("member", "admin"),
    "author": ("member", "member"),
    "member": ("member", "member"),
    "silenced": ("member", "member"),
    "member outside": ("member", None),
    "guest": ("guest", "member"),
    "guest outside": ("guest", None),
    "stranger": (None, None),
}
IDS = ("workspace_id", "channel_id", "message_id", "hook_id", "outgoing_hook_id", "command_id")


@dataclass(frozen=True, slots=True)
class Place:
    """A channel with a message in it, and the workspace around it."""

    name: str
    type: str
    is_archived: bool = False
    status: str = "active"
    workspace_id: UUID | None = None
    channel_id: UUID | None = None
    message_id: UUID | None = None
    hook_id: UUID | None = None
    outgoing_hook_id: UUID | None = None
    command_id: UUID | None = None

    @property
    def ids(self) -> dict[str, UUID | None]:
        """What paths can name."""
        return {**{name: getattr(self, name) for name in IDS}, "thread_id": self.message_id}

    def standings(self, people: dict[str, Asker]) -> Iterator[tuple[Asker, Standing | None]]:
        """Each person with how they stand to the message, None where they belong to no part of it."""
        for name, who in people.items():
            role, channel_role = PEOPLE[name]
            standing = Standing(
                who.user_id, self.workspace_id, role, self.status, channel_id=self.channel_id, channel_type=self.type,
                channel_role=channel_role, is_archived=self.is_archived, message_id=self.message_id,
                author_id=people["author"].user_id, thread_id=self.message_id, members_mention_everyone=True,
                is_silenced=name == "silenced",
            )  # fmt: skip
            yield who, standing if role else None


PLACES = (
    Place("private", "private"),
    Place("public", "public"),
    Place("archived", "private", is_archived=True),
    Place("conversation", "group"),
    Place("suspended", "private", status="suspended"),
)


async def settled(pool: asyncpg.Pool, person: NewAsker) -> tuple[dict[str, Asker], list[Place]]:
    """Everybody everywhere, each place in a workspace of its own."""
    people = {name: person(name.replace(" ", "")) for name in PEOPLE}
    return people, [await _settled(pool, people, place) for place in PLACES]


async def _settled(pool: asyncpg.Pool, people: dict[str, Asker], place: Place) -> Place:
    place = replace(place, **{name: uuid7() for name in IDS})  # type: ignore[arg-type]
    owner, author = people["owner"].user_id, people["author"].user_id
    await pool.execute(
        "INSERT INTO workspaces (id, name, organization_id, status, created_by) VALUES ($1, $2, $1, $3, $4)",
        place.workspace_id, place.name, place.status, owner,
    )  # fmt: skip
    await pool.execute(
        "INSERT INTO channels (id, workspace_id, name, type, is_archived, last_seq, message_count) "
        "VALUES ($1, $2, $3, $4, $5, 1, 1)",
        place.channel_id, place.workspace_id, place.name, place.type, place.is_archived,
    )  # fmt: skip
    for name, (role, channel_role) in PEOPLE.items():
        until = "now() + interval '1 hour'" if name == "silenced" else "NULL"
        if role:
            await pool.execute(
                "INSERT INTO workspace_members (id, workspace_id, user_id, role, silenced_until) "
                f"VALUES ($1, $2, $3, $4, {until})",
                uuid7(), place.workspace_id, people[name].user_id, role,
            )  # fmt: skip
        if channel_role:
            await pool.execute(
                "INSERT INTO channel_members (channel_id, user_id, role) VALUES ($1, $2, $3)",
                place.channel_id, people[name].user_id, channel_role,
            )  # fmt: skip
    await pool.execute(
        "INSERT INTO messages (id, channel_id, user_id, content, seq, created_at, updated_at) "
        "VALUES ($1, $2, $3, 'said', 1, now(), now())",
        place.message_id, place.channel_id, author,
    )  # fmt: skip
    await pool.execute(
        "INSERT INTO incoming_hooks (id, channel_id, name, token_hash, created_by) VALUES ($1, $2, 'in', '', $3)",
        place.hook_id, place.channel_id, owner,
    )  # fmt: skip
    await pool.execute(
        "INSERT INTO outgoing_hooks (id, channel_id, name, trigger_words, created_by) VALUES ($1, $2, 'out', '{}', $3)",
        place.outgoing_hook_id, place.channel_id, owner,
    )  # fmt: skip
    await pool.execute(
        "INSERT INTO commands (id, workspace_id, name, description, usage, created_by) "
        "VALUES ($1, $2, 'do', '', '', $3)",
        place.command_id, place.workspace_id, owner,
    )  # fmt: skip
    return place
