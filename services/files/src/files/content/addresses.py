"""Addresses of bytes, as people are given them."""

from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote

from files.content.passes import Pass, Passes

# Seconds.
USUAL, LONGEST = 3_600, 7 * 24 * 3_600


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the content origin is, and what signs for it."""

    passes: Passes
    base: str

    def of(self, granted: Pass, filename: str) -> str:
        name = quote(filename.encode(errors="replace"), safe="") or "file"
        return f"{self.base}/f/{self.passes.write(granted)}/{name}"


def moment(expires_at: int) -> str:
    return datetime.fromtimestamp(expires_at, UTC).isoformat()
