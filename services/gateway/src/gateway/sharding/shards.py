"""Which of messaging's databases has what an id names."""

from dataclasses import dataclass
from uuid import UUID

from chassis.problems import unavailable
from chassis.slots import SLOTS, read_slots, slot_of

HOME = 0
CLOSED = 255
MOST = 64


@dataclass(frozen=True, slots=True)
class Shards:
    """The addresses of messaging's databases, home first, and for each slot which of them has it."""

    addresses: tuple[str, ...]
    places: bytes = bytes(SLOTS)

    @classmethod
    def read(cls, text: str) -> "Shards":
        """`http://home;http://other=512-1023;closed=700`: slots that nobody else has are at home, closed ones nowhere.

        `ValueError` with a reason for anything else.
        """
        addresses: list[str] = []
        places = bytearray(SLOTS)
        for part in filter(None, (each.strip() for each in text.split(";"))):
            address, _, slots = part.partition("=")
            place = CLOSED if address == "closed" else len(addresses)
            if place != CLOSED:
                addresses.append(address.rstrip("/"))
            if not slots and place != HOME:
                raise ValueError(f"{address}: say which slots it has, such as =512-1023")
            for slot in read_slots(slots) if place != HOME else ():
                if places[slot]:
                    raise ValueError(f"{address}: slot {slot} is named twice")
                places[slot] = place
        if not 0 < len(addresses) <= MOST:
            raise ValueError(f"messaging has 1 to {MOST} addresses")
        return cls(tuple(addresses), bytes(places))

    @property
    def are_several(self) -> bool:
        return len(self.addresses) > 1

    @property
    def others(self) -> range:
        """All but home."""
        return range(1, len(self.addresses))

    def of_slot(self, slot: int) -> int:
        """`Problem` 503 for one that is on its way from one to another."""
        place = self.places[slot]
        if place == CLOSED:
            raise unavailable("This channel is being moved to another server; try again in a while.")
        return place

    def of(self, id_: object) -> int:
        """Where what an id names is. Home for all that belongs to no channel, and for what is no id."""
        try:
            slot = slot_of(UUID(id_)) if isinstance(id_, str) else None
        except ValueError:
            slot = None
        return HOME if slot is None else self.of_slot(slot)
