"""What a confined task may use, and how it ends when it wants more."""

from dataclasses import dataclass
from enum import StrEnum

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one task may use."""

    # Bytes of address space: what is mapped counts, also where nothing was written yet.
    memory: int = 1024 * MIB
    # Seconds of processor time, and of a clock on the wall.
    cpu: int = 10
    seconds: float = 20.0
    # Bytes that its folder may grow by, and files and folders in it.
    output: int = 64 * MIB
    entries: int = 1_000
    # Bytes of what it returns, or of a program's standard output.
    answer: int = 64 * 1024
    # Seconds that it waits for other tasks to end before it starts.
    wait: float = 60.0


class Reason(StrEnum):
    """Why a task came to nothing."""

    MEMORY = "memory"
    TIME = "time"
    CPU = "cpu"
    OUTPUT = "output"
    CRASHED = "crashed"
    REFUSED = "refused"


SENTENCES = {
    Reason.MEMORY: "Reading this takes more memory than it may.",
    Reason.TIME: "Reading this takes longer than it may.",
    Reason.CPU: "Reading this takes more work than it may.",
    Reason.OUTPUT: "What comes of this is larger than it may be.",
    Reason.CRASHED: "This cannot be read: it is damaged, or not what it says it is.",
    Reason.REFUSED: "This cannot be read.",
}


class Failed(Exception):
    """A task came to nothing: why, and a sentence for the person whose file it was."""

    def __init__(self, reason: Reason, sentence: str = "") -> None:
        self.reason, self.sentence = reason, sentence or SENTENCES[reason]
        super().__init__(f"{reason}: {self.sentence}")


class Busy(Exception):
    """Other tasks took all places for as long as this one may wait."""


class CannotConfine(Exception):
    """This machine lacks what confines a process, so nothing of strangers can be read on it."""
