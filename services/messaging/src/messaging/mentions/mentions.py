"""Whom messages mention: what their text refers to, as far as those people see the channel, in an explicit list."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from chassis.problems import Problem
from eventbus import Db

from messaging.mentions.references import References
from messaging.permissions import RULES, Action, Standing

# A message names so many people and groups at the most, and mentions so many by that.
MOST_PEOPLE = 100
MOST_GROUPS = 10
MOST_MENTIONED = 1_000
# <!here> reaches so many at the most: beyond that it is <!channel> that is meant.
MOST_HERE = 5_000
# To mention more with one word needs permission, and the author's word that they mean it.
FEW = 50
# Who stands for everyone in the channel.
EVERYONE = UUID(int=0)

# People who see the channel: its members, and others of the workspace where it is public, but no guests.
PEOPLE = """
    SELECT a.place, a.user_id FROM unnest($1::int[], $2::uuid[], $3::uuid[]) AS a(place, channel_id, user_id)
    JOIN channels c ON c.id = a.channel_id
    JOIN workspace_members m ON m.workspace_id = c.workspace_id AND m.user_id = a.user_id AND m.status = 'active'
    WHERE (c.type = 'public' AND m.role <> 'guest')
        OR EXISTS (SELECT FROM channel_members cm WHERE cm.channel_id = c.id AND cm.user_id = a.user_id)
"""
GROUPS = """
    SELECT DISTINCT a.place, g.user_id FROM unnest($1::int[], $2::uuid[], $3::uuid[]) AS a(place, channel_id, group_id)
    JOIN channels c ON c.id = a.channel_id
    JOIN user_groups ug ON ug.id = a.group_id AND ug.workspace_id = c.workspace_id
    JOIN user_group_members g ON g.group_id = ug.id
    JOIN channel_members cm ON cm.channel_id = c.id AND cm.user_id = g.user_id
"""
SIZES = "SELECT channel_id, count(*) AS number FROM channel_members WHERE channel_id = ANY($1) GROUP BY channel_id"
HERE = f"""
    SELECT c.channel_id, h.user_id FROM unnest($1::uuid[]) AS c(channel_id) CROSS JOIN LATERAL (
        SELECT m.user_id FROM channel_members m JOIN people_here h ON h.user_id = m.user_id
        WHERE m.channel_id = c.channel_id ORDER BY m.user_id LIMIT {MOST_HERE + 2}) AS h
"""  # noqa: S608
STORE = """
    INSERT INTO message_mentions (channel_id, user_id, seq, message_id, author_id, thread_id, kind)
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::uuid[], $5::uuid[], $6::uuid[], $7::text[])
    ON CONFLICT (channel_id, user_id, seq) DO UPDATE SET kind = excluded.kind
"""
OF_MESSAGE = "SELECT user_id, kind FROM message_mentions WHERE message_id = $1"
DROP = "DELETE FROM message_mentions WHERE message_id = $1 AND NOT user_id = ANY($2)"


@dataclass(frozen=True, slots=True)
class Mentions:
    """One message's: each person by the strongest way, never its author."""

    kinds: Mapping[UUID, str] = field(default_factory=dict)
    everyone: bool = False
    here: bool = False

    @property
    def named(self) -> list[UUID]:
        """Those mentioned by name, or by that of a group."""
        return [user_id for user_id, kind in self.kinds.items() if kind in ("user", "group")]

    @property
    def by_name(self) -> list[UUID]:
        return [user_id for user_id, kind in self.kinds.items() if kind == "user"]

    @property
    def rows(self) -> Iterator[tuple[UUID, str]]:
        yield from self.kinds.items()
        if self.everyone:
            yield EVERYONE, "channel"


NOBODY = Mentions()


@dataclass(frozen=True, slots=True)
class Asked:
    """What a message's text asks for, by an author who stands somehow to its channel."""

    standing: Standing
    references: References
    confirmed: bool


@dataclass(frozen=True, slots=True)
class Place:
    """A message, where its mentions are kept."""

    channel_id: UUID
    seq: int
    message_id: UUID
    author_id: UUID
    thread_id: UUID | None


async def resolve(db: Db, all_asked: Sequence[Asked | None]) -> list[Mentions | Problem]:
    """For each what it mentions, or why it may not; `None` asks for nothing."""
    asked = {place: each for place, each in enumerate(all_asked) if each and each.references.mention}
    if not asked:
        return [NOBODY] * len(all_asked)
    audiences = await _audiences(db, list(asked.values()))
    refused = {place: problem for place, each in asked.items() if (problem := _refusal(each, audiences))}
    let_by = {place: each for place, each in asked.items() if place not in refused}
    people, grouped = await _named(db, PEOPLE, let_by), await _named(db, GROUPS, let_by)
    found = {
        place: _mentions(each, people.get(place, []), grouped.get(place, []), audiences)
        for place, each in let_by.items()
    }
    return [refused.get(place) or found.get(place, NOBODY) for place in range(len(all_asked))]


async def store(db: Db, mentioned: Sequence[tuple[Place, Mentions]]) -> None:
    """Keep whom messages mention."""
    rows = [
        (at.channel_id, user_id, at.seq, at.message_id, at.author_id, at.thread_id, kind)
        for at, mentions in mentioned
        for user_id, kind in mentions.rows
    ]
    if rows:
        await db.execute(STORE, *(list(column) for column in zip(*rows, strict=True)))


async def of_message(db: Db, message_id: UUID) -> Mentions:
    kinds = {row["user_id"]: row["kind"] for row in await db.fetch(OF_MESSAGE, message_id)}
    everyone = kinds.pop(EVERYONE, None) is not None
    return Mentions(kinds, everyone, "here" in kinds.values())


async def replace(db: Db, at: Place, mentions: Mentions) -> None:
    """Keep these instead of those that the message had."""
    await drop(db, at.message_id, keep=[user_id for user_id, _ in mentions.rows])
    await store(db, [(at, mentions)])


async def drop(db: Db, message_id: UUID, keep: Sequence[UUID] = ()) -> None:
    """A deleted message mentions nobody."""
    await db.execute(DROP, message_id, list(keep))


@dataclass(frozen=True, slots=True)
class _Audiences:
    """Of the channels that somebody wants to address with one word: how many are in each, and who is here."""

    sizes: Mapping[UUID, int]
    here: Mapping[UUID, list[UUID]]

    def of(self, asked: Asked) -> int:
        """How many others are reached."""
        channel_id = asked.standing.known_channel_id
        if asked.references.everyone:
            return self.sizes[channel_id] - 1
        return len([who for who in self.here.get(channel_id, ()) if who != asked.standing.user_id])


async def _audiences(db: Db, asked: Sequence[Asked]) -> _Audiences:
    wide = {each.standing.known_channel_id for each in asked if each.references.everyone or each.references.here}
    here = {each.standing.known_channel_id for each in asked if each.references.here}
    sizes = {row["channel_id"]: row["number"] for row in await db.fetch(SIZES, list(wide))} if wide else {}
    found: dict[UUID, list[UUID]] = {}
    for row in await db.fetch(HERE, list(here)) if here else ():
        found.setdefault(row["channel_id"], []).append(row["user_id"])
    return _Audiences(sizes, found)


def _refusal(asked: Asked, audiences: _Audiences) -> Problem | None:
    references, standing = asked.references, asked.standing
    if len(references.user_ids) > MOST_PEOPLE or len(references.group_ids) > MOST_GROUPS:
        detail = f"A message can name {MOST_PEOPLE} people and {MOST_GROUPS} groups at the most."
        return Problem(422, "too_many_mentions", detail)
    if not (references.everyone or references.here):
        return None
    is_big = audiences.sizes[asked.standing.known_channel_id] > FEW
    if standing.role == "guest" or (is_big and not RULES[Action.MENTION_EVERYONE](standing)):
        return Problem(403, "mention_not_allowed", "You may not mention everyone here.")
    number = audiences.of(asked)
    if number > MOST_HERE and not references.everyone:
        return Problem(422, "too_many_mentions", f"More than {MOST_HERE:,} are here: mention the channel instead.")
    if number > FEW and not asked.confirmed:
        detail = f"This mentions {number:,} people: send it with confirmMentions if that is what you mean."
        return Problem(409, "confirmation_required", detail, extra={"audience": number})
    return None


async def _named(db: Db, query: str, asked: Mapping[int, Asked]) -> dict[int, list[UUID]]:
    """By place, those whom one of the queries finds for the ids that the texts name."""
    named = [
        (place, each.standing.known_channel_id, id_)
        for place, each in asked.items()
        for id_ in (each.references.user_ids if query is PEOPLE else each.references.group_ids)
    ]
    found: dict[int, list[UUID]] = {}
    for row in await db.fetch(query, *map(list, zip(*named, strict=True))) if named else ():
        found.setdefault(row["place"], []).append(row["user_id"])
    return found


def _mentions(
    asked: Asked, people: Sequence[UUID], grouped: Sequence[UUID], audiences: _Audiences
) -> Mentions | Problem:
    references = asked.references
    # In the order of the text, so that the list is the same whatever plan PostgreSQL chose.
    order = {user_id: index for index, user_id in enumerate(references.user_ids)}
    kinds = dict.fromkeys(sorted(people, key=order.__getitem__), "user")
    kinds |= dict.fromkeys(sorted(set(grouped) - kinds.keys()), "group")
    kinds.pop(asked.standing.user_id, None)
    if len(kinds) > MOST_MENTIONED:
        return Problem(422, "too_many_mentions", f"A message can mention {MOST_MENTIONED:,} people by name or group.")
    if references.here:
        here = audiences.here.get(asked.standing.known_channel_id, [])
        kinds |= {who: "here" for who in here if who not in kinds and who != asked.standing.user_id}
    return Mentions(kinds, references.everyone, references.here)
