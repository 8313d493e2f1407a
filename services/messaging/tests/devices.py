"""A device that keeps count of what is unread by what it hears, as clients do; `web/src/live/unread.ts` is its twin."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from nexus.messaging.v1.channel_event_pb2 import ChannelEvent, Message, MessagesPurged
from nexus.messaging.v1.personal_event_pb2 import ChannelRead, PersonalEvent

CAP = 1_000


@dataclass(slots=True)
class Held:
    """One channel: what the service counted up to `last_seq` and `revision`, and others' messages heard since."""

    last_read_seq: int
    last_seq: int
    revision: int
    unread: int = 0
    mentions: int = 0
    later: dict[int, bool] = field(default_factory=dict)

    @property
    def counts(self) -> tuple[int, int]:
        heard = [mentions_me for seq, mentions_me in self.later.items() if seq > self.last_read_seq]
        return min(CAP, self.unread + len(heard)), min(CAP, self.mentions + sum(heard))


@dataclass(slots=True)
class Device:
    """Hears one person's events. What it cannot know it asks: `unsure` are the channels to ask for."""

    user_id: str
    channels: dict[str, Held] = field(default_factory=dict)
    unsure: set[str] = field(default_factory=set)

    def take(self, told: Mapping[str, Any]) -> None:
        """What the service answered for a channel; whatever was heard of it since is counted upon that."""
        held = Held(told["lastReadSeq"], told["lastSeq"], told["lastRevision"], told["unread"], told["mentions"])
        before = self.channels.get(told["channelId"])
        if before:
            held.later = {seq: mentioned for seq, mentioned in before.later.items() if seq > held.last_seq}
        self.channels[told["channelId"]] = held
        self.unsure.discard(told["channelId"])

    def hear(self, event: ChannelEvent | PersonalEvent) -> None:
        if isinstance(event, ChannelEvent):
            self._hear_of_channel(event)
        elif event.HasField("channel_read"):
            self._read(event.channel_read)

    def _hear_of_channel(self, event: ChannelEvent) -> None:
        if event.member_joined.user_id == self.user_id:
            last_seq = event.member_joined.last_seq
            self.channels[event.channel_id] = Held(last_seq, last_seq, 0)
        elif event.member_left.user_id == self.user_id:
            self.channels.pop(event.channel_id, None)
        elif held := self.channels.get(event.channel_id):
            match event.WhichOneof("payload"):
                case "message_posted":
                    self._posted(held, event.message_posted.message)
                case "message_updated":
                    self._updated(held, event.message_updated.message)
                case "message_deleted":
                    self._deleted(held, event.message_deleted.message)
                case "messages_purged":
                    self._purged(event.channel_id, held, event.messages_purged)

    def _read(self, read: ChannelRead) -> None:
        held = self.channels.get(read.channel_id)
        if held is None:
            self.unsure.add(read.channel_id)
            return
        held.last_read_seq = read.last_read_seq
        if read.last_read_seq >= held.last_seq:
            held.unread = held.mentions = 0
        elif read.last_seq >= held.last_seq and read.last_revision >= held.revision:
            held.last_seq, held.revision = read.last_seq, read.last_revision
            held.unread, held.mentions = read.unread, read.mentions
            held.later = {seq: mentioned for seq, mentioned in held.later.items() if seq > read.last_seq}
        else:
            self.unsure.add(read.channel_id)

    def _posted(self, held: Held, message: Message) -> None:
        if message.seq > held.last_seq and self._counts(message):
            held.later[message.seq] = self._mentions_me(message)

    def _updated(self, held: Held, message: Message) -> None:
        if not self._is_news(held, message):
            return
        if message.seq in held.later:
            held.later[message.seq] = self._mentions_me(message)
        elif self._was_counted(held, message) and (held.mentions or self._mentions_me(message)):
            self.unsure.add(message.channel_id)

    def _deleted(self, held: Held, message: Message) -> None:
        if not self._is_news(held, message):
            return
        if message.seq in held.later:
            del held.later[message.seq]
        elif self._was_counted(held, message):
            if held.mentions or held.unread >= CAP:
                self.unsure.add(message.channel_id)
            held.unread -= 1

    def _purged(self, channel_id: str, held: Held, purged: MessagesPurged) -> None:
        """It does not say whose they were: where any was counted, it asks."""
        if held.unread and any(held.last_read_seq < seq <= held.last_seq for seq in purged.seqs):
            self.unsure.add(channel_id)
        held.later = {seq: mentioned for seq, mentioned in held.later.items() if seq not in purged.seqs}
        held.revision = max(held.revision, *purged.revisions)

    def _is_news(self, held: Held, message: Message) -> bool:
        is_news = message.revision > held.revision
        held.revision = max(held.revision, message.revision)
        return is_news

    def _was_counted(self, held: Held, message: Message) -> bool:
        return held.last_read_seq < message.seq <= held.last_seq and self._counts(message)

    def _counts(self, message: Message) -> bool:
        return message.user_id != self.user_id and (not message.parent_message_id or message.also_to_channel)

    def _mentions_me(self, message: Message) -> bool:
        return message.mentions_channel or self.user_id in message.mentions
