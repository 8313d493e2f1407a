"""Slots: what belongs to one channel has ids that say in which of 1,024 slots the channel is, and so on which server.

Such an id is a UUID of version 8 (RFC 9562, 5.8: bits with a meaning of one's own): laid out as version 7 with the slot
in its last ten bits, so that both sort by time together. Ids of other versions have no slot: they are at home.
"""

import hashlib
from collections.abc import Iterable
from uuid import UUID

from uuid_utils.compat import uuid7

SLOTS = 1_024
_SLOT = SLOTS - 1
_VERSION = 0xF << 76
_SLOTTED = 0x8 << 76


def new_id(slot: int) -> UUID:
    """An id in the slot, later than those made before."""
    return UUID(int=(uuid7().int & ~(_VERSION | _SLOT)) | _SLOTTED | slot)


def slot_of(id_: UUID) -> int | None:
    """The id's slot; None for one that has none."""
    number = id_.int
    return number & _SLOT if number & _VERSION == _SLOTTED else None


def id_beside(id_: UUID) -> UUID:
    """A new id for something that belongs to what this one names: in the same slot, or in none either."""
    slot = slot_of(id_)
    return uuid7() if slot is None else new_id(slot)


def slot_of_name(workspace_id: UUID, name: str) -> int:
    """The slot of a channel by its name, so that of two who make it at once the same database refuses one."""
    said = f"{workspace_id}/{name.strip().casefold()}".encode()
    return int.from_bytes(hashlib.sha256(said).digest()[:2], "big") % SLOTS


def slot_of_people(workspace_id: UUID, user_ids: Iterable[UUID]) -> int:
    """The slot of the conversation of exactly these people."""
    return slot_of_name(workspace_id, ",".join(sorted(map(str, set(user_ids)))))


def read_slots(text: str) -> tuple[int, ...]:
    """`0-99,512` as numbers; `ValueError` with a reason for anything else."""
    slots: set[int] = set()
    for part in filter(None, (each.strip() for each in text.split(","))):
        first, _, last = part.partition("-")
        if not (first.isdecimal() and (last or first).isdecimal()):
            raise ValueError(f"{part}: slots are numbers or ranges such as 512-1023")
        found = range(int(first), int(last or first) + 1)
        if not found or found[-1] >= SLOTS:
            raise ValueError(f"{part}: slots are from 0 to {SLOTS - 1}")
        slots.update(found)
    return tuple(sorted(slots))
