"""What integrations say, in a channel or to one person alone; who says it is marked here and nowhere else."""

from dataclasses import dataclass
from uuid import UUID

from chassis.database import dumps
from chassis.problems import Problem
from eventbus import Db
from eventbus.wire import Json, to_wire
from google.protobuf.timestamp_pb2 import Timestamp
from nexus.messaging.v1.channel_event_pb2 import Message
from nexus.messaging.v1.personal_event_pb2 import EphemeralMessage
from uuid_utils.compat import uuid7

from messaging import posting
from messaging.integrations.buttons import as_json
from messaging.integrations.slack import Said
from messaging.personal import devices


@dataclass(frozen=True, slots=True)
class Via:
    """The integration that says something: `kind` is webhook, command or bot."""

    kind: str
    id: UUID
    name: str
    icon_emoji: str | None = None

    def as_json(self, said: Said | None = None) -> str:
        """With the name and picture that a payload asks for."""
        payload = said.payload if said else None
        told = {
            "kind": self.kind,
            "id": str(self.id),
            "name": (payload and payload.username) or self.name,
            "iconEmoji": (payload and payload.icon_emoji) or self.icon_emoji,
        }
        return dumps(told)


async def in_channel(
    db: Db, channel_id: UUID, via: Via, said: Said, *, client_message_id: str | None = None
) -> Message:
    """Post as the integration, which stands to the channel as one of its members; `Problem` if it may not."""
    written = {
        "channelId": str(channel_id), "content": said.text, "attachments": said.attachments,
        "clientMessageId": client_message_id, "confirmMentions": True,
    }  # fmt: skip
    draft = posting.read_draft(written)
    if isinstance(draft, Problem):
        raise draft
    # A bot speaks for itself, with the rights that it has as a member.
    marked = None if via.kind == "bot" else via.as_json(said)
    send = posting.Send(via.id, draft, via=marked, actions=as_json(said.payload.actions))
    (outcome,) = await posting.post_within(db, [send])
    if isinstance(outcome, Problem):
        raise outcome
    return outcome


async def to_person(db: Db, user_id: UUID, channel_id: UUID, via: Via, said: Said) -> Json:
    """Tell one person's devices, and nobody else."""
    now = Timestamp()
    now.GetCurrentTime()
    message = EphemeralMessage(
        id=str(uuid7()), channel_id=str(channel_id), content=said.text, attachments=dumps(said.attachments),
        via=via.as_json(said), created_at=now,
    )  # fmt: skip
    await devices.tell(db, user_id, message)
    return to_wire(message)
