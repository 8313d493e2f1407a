"""What files can be told by the environment."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from chassis.settings import DatabaseSettings
from pydantic import Field, SecretStr

from files.media.kinds import Sort, sort_of

GIBIBYTE = 1024**3


class Settings(DatabaseSettings):
    """Addresses and limits of files; each is `NEXUS_` and the name in capitals."""

    # http://key:secret@host:port/bucket
    s3_url: SecretStr
    s3_region: str = "us-east-1"
    # http://host:port of the store as browsers see it, for uploads straight to it; empty: as s3_url.
    s3_public_url: str = ""
    # tcp://host:port
    clamd_url: str
    redis_url: SecretStr
    # Where foreign bytes are answered, apart from the page: the listener, and its address as browsers see it.
    port_content: int = 8090
    content_host: str = "127.0.0.1"
    content_url: str = "http://127.0.0.1:8090"
    public_url: str = "http://127.0.0.1:8080"
    # Bytes of one file at the most: what the scanner takes.
    file_limit: int = Field(2 * GIBIBYTE - 3, ge=1)
    # Bytes of one file of a kind, where that is less: '{"video": 500000000, "other": 100000000}'.
    type_limits: Mapping[Sort, Annotated[int, Field(ge=1)]] = {}
    # Bytes that a workspace's files may take together.
    workspace_quota: int = Field(50 * GIBIBYTE, ge=0)
    # Uploads that one person may have under way.
    uploads_per_user: int = Field(20, ge=1)
    # Seconds that an upload waits for its place to be heard of, which may have been made a moment ago; 0: not at all.
    place_patience: float = Field(2.0, ge=0, le=10)
    # Days that a share link may last at the most; 0: it may be without an end.
    link_longest_days: int = Field(0, ge=0)
    # Jobs that this process does at once: short ones (scans, thumbnails), and long ones (previews, conversions).
    quick_jobs: int = Field(4, ge=1)
    slow_jobs: int = Field(1, ge=1)
    # Confined processes that look into files at once, and where they have their folders; none: the system's.
    media_jobs: int = Field(2, ge=1)
    scratch: Path | None = None

    def limit_of(self, media_type: str) -> int:
        """Bytes of one file of that type."""
        return min(self.file_limit, self.type_limits.get(sort_of(media_type), self.file_limit))
