"""Ids that follow from where a thing is from: whoever imports it again gets the same, and so does nothing twice."""

import hashlib
from datetime import UTC, datetime
from uuid import UUID

from chassis.slots import SLOTS, slot_of

_DIGEST = (1 << 62) - 1
_TIME = (1 << 48) - 1


def id_of(workspace_id: UUID, source: str, kind: str, key: str, at: int = 0) -> UUID:
    """A UUID of version 7 of the time `at` in microseconds; its other bits are a digest of where the thing is from."""
    return UUID(int=_laid_out(7, at, _digest(workspace_id, source, kind, key)))


def message_id(workspace_id: UUID, source: str, key: str, at: int, channel_id: UUID) -> UUID:
    """The same for a message, in the slot of its channel if that has one."""
    slot = slot_of(channel_id)
    digest = _digest(workspace_id, source, "message", key)
    if slot is None:
        return UUID(int=_laid_out(7, at, digest))
    return UUID(int=_laid_out(8, at, digest) & ~(SLOTS - 1) | slot)


def _laid_out(version: int, at: int, digest: int) -> int:
    high = (at // 1_000 & _TIME) << 16 | version << 12 | digest >> 62 & 0x0FFF
    return high << 64 | 0b10 << 62 | digest & _DIGEST


def _digest(workspace_id: UUID, source: str, kind: str, key: str) -> int:
    said = "\0".join((str(workspace_id), source, kind, key))
    return int.from_bytes(hashlib.sha256(said.encode()).digest()[:10], "big")


def moment(microseconds: int) -> datetime:
    """A time as records tell it."""
    seconds, rest = divmod(microseconds, 1_000_000)
    return datetime.fromtimestamp(seconds, UTC).replace(microsecond=rest)


def microseconds(at: datetime) -> int:
    return int(at.replace(microsecond=0).timestamp()) * 1_000_000 + at.microsecond
