"""What others see of somebody: their devices and their choice as one status."""

from collections.abc import Iterable
from enum import StrEnum

from presence.devices import Devices


class Status(StrEnum):
    ONLINE = "online"
    AWAY = "away"
    BUSY = "busy"
    OFFLINE = "offline"


def combined(devices: Iterable[Devices], chosen: Status | None) -> Status:
    """Offline without a device anywhere; else what they chose; else online while any device is in use."""
    connected = [each for each in devices if each.number > 0]
    if not connected:
        return Status.OFFLINE
    if chosen not in (None, Status.ONLINE):
        return chosen
    return Status.ONLINE if any(each.is_active for each in connected) else Status.AWAY
