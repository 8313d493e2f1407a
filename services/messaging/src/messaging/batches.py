"""The messages of one transaction, numbered as they are added, and how they are stored."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from asyncpg import Record
from chassis.database import dumps
from chassis.problems import Problem
from chassis.slots import id_beside
from eventbus import Db
from nexus.messaging.v1.channel_event_pb2 import Message, ThreadUpdated

from messaging import threads
from messaging.bodies import ChannelDraft
from messaging.formatting.forms import Forms
from messaging.formatting.schema import Node
from messaging.mentions import mentions
from messaging.mentions.mentions import Mentions
from messaging.metrics import RESENT
from messaging.previews import jobs as previews
from messaging.rows import texts, timestamp

STORE = """
    WITH stored AS (
        INSERT INTO messages (id, channel_id, user_id, content, content_type, parent_message_id, attachments, seq,
            client_message_id, mentions, mentions_channel, mentions_here, also_to_channel, forwarded, formatted_content,
            plain_text, via, actions, poll, created_at, updated_at)
        SELECT id, channel_id, user_id, content, content_type, parent_id, attachments, seq, client_id,
            named::uuid[], everyone, here, also_to_channel, forwarded, formatted_content, plain_text, via, actions,
            poll, $1::timestamptz, $1::timestamptz
        FROM unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::uuid[], $8::jsonb[], $9::bigint[],
            $10::text[], $11::text[], $12::bool[], $13::bool[], $14::bool[], $15::jsonb[], $16::jsonb[],
            $17::text[], $18::jsonb[], $19::jsonb[], $20::jsonb[])
            AS new(id, channel_id, user_id, content, content_type, parent_id, attachments, seq, client_id, named,
                everyone, here, also_to_channel, forwarded, formatted_content, plain_text, via, actions, poll)
    )
    UPDATE channels SET last_seq = last_seq + n, message_count = message_count + n, last_revision = last_revision + r
    FROM unnest($21::uuid[], $22::int[], $23::int[]) AS added(channel_id, n, r) WHERE id = channel_id
"""


@dataclass(frozen=True, slots=True)
class Send:
    """One message on its way; `socket_id` is where it came from, empty for HTTP, `forwarded` the message it passes
    on, as JSON."""

    user_id: UUID
    draft: ChannelDraft
    socket_id: str = ""
    forwarded: str | None = None
    # The draft's formatting, once its content is text.
    document: Node | None = None
    # What an integration is, and what nobody says of a draft by themselves: buttons and a poll; all as JSON.
    via: str | None = None
    actions: str | None = None
    poll: str | None = None


Outcome = Message | Problem


@dataclass(frozen=True, slots=True)
class New:
    """A message that is to be stored."""

    send: Send
    message: Message
    mentions: Mentions


class Batch:
    """What becomes of each message; `channels` are the rows of the channels, which are locked."""

    def __init__(self, channels: Mapping[UUID, Record]) -> None:
        self.at = datetime.now(UTC)
        self.new: list[New] = []
        self.outcomes: list[Outcome] = []
        self._channels = channels
        self._last_seqs = {id_: row["last_seq"] for id_, row in channels.items()}
        self._mine: dict[tuple[UUID, str | None], Message] = {}

    def add(self, send: Send, verdict: Mentions | Problem, known: Message | None) -> None:
        """Answer a message; `known` is what it made if it was sent before, `verdict` whom it mentions or why not."""
        identity = (send.user_id, send.draft.client_message_id)
        known = known or (self._mine.get(identity) if send.draft.client_message_id else None)
        if known is not None:
            RESENT.inc()
            self.outcomes.append(_same_or_conflict(send, known))
        elif isinstance(verdict, Problem):
            self.outcomes.append(verdict)
        else:
            message = self._mine[identity] = self._numbered(send, verdict)
            self.new.append(New(send, message, verdict))
            self.outcomes.append(message)

    async def store(self, db: Db) -> list[tuple[UUID, ThreadUpdated]]:
        """Store the new ones, with whom they mention; by channel, how threads show that they reply to."""
        answered = {
            new.send.draft.parent_message_id: new.send.draft.channel_id
            for new in self.new
            if new.send.draft.parent_message_id
        }
        await self._insert(db, Counter(answered.values()))
        await previews.add(db, [_linked(new) for new in self.new])
        await mentions.store(db, [(_place(new), new.mentions) for new in self.new])
        shown = await threads.answer(db, list(self._replies()), self._revisions(answered), self.at)
        return [(answered[UUID(thread.message_id)], thread) for thread in shown]

    def _numbered(self, send: Send, mentioned: Mentions) -> Message:
        draft = send.draft
        seq = self._last_seqs[draft.channel_id] = self._last_seqs[draft.channel_id] + 1
        at, forms = timestamp(self.at), Forms(draft.content, send.document)
        return Message(
            id=str(id_beside(draft.channel_id)), channel_id=str(draft.channel_id), user_id=str(send.user_id),
            content=draft.content, content_type=draft.content_type,
            parent_message_id=str(draft.parent_message_id) if draft.parent_message_id else None,
            attachments=dumps(draft.attachments) if draft.attachments else "[]", reactions="{}",
            created_at=at, updated_at=at, seq=seq, client_message_id=draft.client_message_id,
            mentions=texts(mentioned.named), mentions_channel=mentioned.everyone, mentions_here=mentioned.here,
            also_to_channel=draft.also_to_channel, forwarded=send.forwarded,
            formatted_content=forms.formatted_content, plain_text=forms.plain_text, via=send.via,
            actions=send.actions, poll=send.poll,
        )  # fmt: skip

    def _revisions(self, answered: Mapping[UUID, UUID]) -> dict[UUID, int]:
        """The next revision of its channel for each thread that gets a reply."""
        last = {id_: row["last_revision"] for id_, row in self._channels.items()}
        given: dict[UUID, int] = {}
        for thread_id, channel_id in answered.items():
            given[thread_id] = last[channel_id] = last[channel_id] + 1
        return given

    def _replies(self) -> Iterator[threads.Reply]:
        for new in self.new:
            draft, named = new.send.draft, new.mentions.by_name
            if draft.parent_message_id:
                at = (draft.parent_message_id, draft.channel_id)
                yield threads.Reply(*at, new.send.user_id, new.message.seq, named)

    async def _insert(self, db: Db, revised: Mapping[UUID, int]) -> None:
        drafts = [new.send.draft for new in self.new]
        messages = [new.message for new in self.new]
        added = Counter(draft.channel_id for draft in drafts)
        await db.execute(
            STORE, self.at, [UUID(message.id) for message in messages], [draft.channel_id for draft in drafts],
            [new.send.user_id for new in self.new], [draft.content for draft in drafts],
            [draft.content_type for draft in drafts], [draft.parent_message_id for draft in drafts],
            [message.attachments for message in messages], [message.seq for message in messages],
            [draft.client_message_id for draft in drafts],
            ["{" + ",".join(message.mentions) + "}" if message.mentions else None for message in messages],
            [message.mentions_channel for message in messages], [message.mentions_here for message in messages],
            [draft.also_to_channel for draft in drafts], [new.send.forwarded for new in self.new],
            [message.formatted_content or None for message in messages],
            [message.plain_text or None for message in messages], [new.send.via for new in self.new],
            [new.send.actions for new in self.new], [new.send.poll for new in self.new],
            list(added), list(added.values()), [revised.get(channel_id, 0) for channel_id in added],
        )  # fmt: skip


def _same_or_conflict(send: Send, known: Message) -> Outcome:
    if known.channel_id == str(send.draft.channel_id):
        return known
    return Problem(409, "client_message_id_reused", "This clientMessageId has been used for another channel's message.")


def _linked(new: New) -> tuple[UUID, UUID, list[str]]:
    draft = new.send.draft
    urls = previews.links_of(Forms(draft.content, new.send.document), draft.content_type)
    return UUID(new.message.id), draft.channel_id, urls


def _place(new: New) -> mentions.Place:
    draft = new.send.draft
    return mentions.Place(
        draft.channel_id, new.message.seq, UUID(new.message.id), new.send.user_id, draft.parent_message_id
    )
