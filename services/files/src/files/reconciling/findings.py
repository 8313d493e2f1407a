"""What does not agree, and how it is mended."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum

import asyncpg

from files.store import Store


class Kind(StrEnum):
    """One way in which rows and bytes can disagree."""

    BYTES_LOST = "bytes_lost"  # a blob whose bytes are gone, or are others
    BYTES_UNKNOWN = "bytes_unknown"  # an object that no row knows
    PARTS_UNKNOWN = "parts_unknown"  # an upload in parts that no row knows
    DERIVED_LOST = "derived_lost"  # a preview whose bytes are gone
    BLOB_UNUSED = "blob_unused"  # kept, and no version has it
    BLOB_STUCK = "blob_stuck"  # to be removed, and no job does it
    UPLOAD_STUCK = "upload_stuck"  # over or complete, and no job goes on with it
    FILE_NOWHERE = "file_nowhere"  # without a place or a version
    USAGE_WRONG = "usage_wrong"  # a workspace's bytes are counted wrong


Mend = Callable[[asyncpg.Pool, Store], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that does not agree. `what` is an id or a key."""

    kind: Kind
    what: str
    mend: Mend
