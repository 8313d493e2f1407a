"""Who tries secret addresses that are wrong is let try no more for a while; nobody else notices."""

import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ipaddress import IPv6Address, ip_address

from chassis.problems import Problem

# Wrong ones by one address within a minute; a program whose webhook was removed goes on for a while.
A_MINUTE = 30
WINDOW = 60.0
# Addresses that are remembered; the one that failed longest ago is forgotten first.
REMEMBERED = 10_000


class Guesses:
    """Counts what failed, by network address, in this process."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._failed: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._failed)

    @contextmanager
    def counted(self, address: str) -> Iterator[None]:
        """Around a look-up: 404 is one more that was wrong. `Problem` 429 for who has tried too often."""
        self.check(address)
        try:
            yield
        except Problem as problem:
            if problem.status == 404:
                self.missed(address)
            raise

    def check(self, address: str) -> None:
        """`Problem` 429 for who has tried too often, whether the next one would be right or not."""
        began, count = self._failed.get(_network(address), (0.0, 0))
        left = began + WINDOW - self._now()
        if count >= A_MINUTE and left > 0:
            raise Problem(429, "too_many_requests", "Too many addresses that do not exist.", retry_after=left)

    def missed(self, address: str) -> None:
        """One more that was wrong."""
        network, now = _network(address), self._now()
        began, count = self._failed.pop(network, (now, 0))
        self._failed[network] = (began, count + 1) if now - began < WINDOW else (now, 1)
        while len(self._failed) > REMEMBERED:
            self._failed.popitem(last=False)


def _network(address: str) -> str:
    """An IPv6 caller has a whole /64 to call from."""
    try:
        found = ip_address(address)
    except ValueError:
        return address[:64]
    if isinstance(found, IPv6Address):
        mapped = found.ipv4_mapped
        return str(mapped) if mapped else str(int(found) >> 64)
    return str(found)
