"""What a store keeps and says: objects, their parts, and the two ways in which it refuses."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import unquote, urlsplit


class StoreGone(OSError):
    """The store does not answer, or not as it should: worth another try."""


class Missing(LookupError):
    """Nothing is there."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of an object on its way."""

    number: int
    etag: str
    size: int = 0


@dataclass(frozen=True, slots=True)
class Listed:
    """An object as the store lists it."""

    key: str
    size: int
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Head:
    """What is known of an object without its bytes."""

    size: int
    etag: str
    media_type: str


@dataclass(frozen=True, slots=True)
class Address:
    """Where a store is, and who we are to it: http://key:secret@host:port/bucket."""

    endpoint: str
    bucket: str
    key: str
    secret: str

    @classmethod
    def read(cls, url: str) -> "Address":
        parts = urlsplit(url)
        bucket = parts.path.strip("/")
        if parts.scheme not in ("http", "https") or not parts.hostname or not bucket or "/" in bucket:
            raise ValueError("the store's URL must be http://key:secret@host:port/bucket")
        place = f"{parts.hostname}:{parts.port}" if parts.port else parts.hostname
        return cls(f"{parts.scheme}://{place}", bucket, unquote(parts.username or ""), unquote(parts.password or ""))
