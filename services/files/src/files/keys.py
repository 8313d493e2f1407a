"""Where bytes are in the store: names made of ids alone, never of what people call things."""

from uuid import UUID

INCOMING, BLOBS, DERIVED = "incoming/", "blobs/", "derived/"


def incoming(upload_id: UUID) -> str:
    """In quarantine. Only this service writes here, so what was scanned is what is kept."""
    return f"{INCOMING}{upload_id}"


def dropped(upload_id: UUID) -> str:
    """Where a client may put bytes by itself. It can do so again until its permission expires, so nothing here is
    scanned: it is copied to `incoming` first."""
    return f"{INCOMING}{upload_id}.dropped"


def blob(blob_id: UUID) -> str:
    return f"{BLOBS}{blob_id}"


def derived(blob_id: UUID, variant: str = "") -> str:
    """What was made of a blob; without a variant what all of it begins with."""
    return f"{DERIVED}{blob_id}/{variant}"
