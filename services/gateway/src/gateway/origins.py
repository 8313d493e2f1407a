"""Which web pages may open a socket here (OWASP ASVS 4.4)."""

from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class OriginRule:
    """Pages of the listed origins and of the gateway's own host; programs send no Origin and are not browsers."""

    allowed: frozenset[str] = frozenset()

    def admits(self, origin: str | None, host: str | None) -> bool:
        if origin is None or origin in self.allowed:
            return True
        try:
            return host is not None and urlsplit(origin).netloc.lower() == host.lower() != ""
        except ValueError:
            return False
