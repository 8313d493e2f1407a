"""Where a stranger's address may lead: public addresses alone, each of them looked at before it is asked."""

import asyncio
import re
import socket
import threading
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from urllib.parse import quote, urlsplit

import idna

LONGEST = 2_048
PORTS = {"http": 80, "https": 443}
# All addresses of a name, as text.
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]

_UNFIT = re.compile(r"[\x00-\x20\x7f-\xa0\\\u1680\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff]")
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
# The IANA registries of special-purpose addresses. Of IPv6 only 2000::/3 is public at all, which leaves out mapped,
# NAT64, unique local, link-local and multicast ones; the rest here are translations and other special uses within it.
_NOT_PUBLIC_4 = tuple(
    map(
        IPv4Network,
        (
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
            "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24",
            "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
        ),
    )
)  # fmt: skip
_PUBLIC_6 = IPv6Network("2000::/3")
_NOT_PUBLIC_6 = tuple(map(IPv6Network, ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")))
_LOOKING_UP = threading.BoundedSemaphore(32)


class Refused(Exception):
    """It may not be asked, or has nothing to show; asking again would not change that."""


class Unreachable(Exception):
    """It did not answer; it may do so later."""


@dataclass(frozen=True, slots=True)
class Target:
    """An address taken apart once, so that nobody reads it in another way afterwards. `path` includes the query."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def url(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}{self.path}"


@dataclass(frozen=True, slots=True)
class Guard:
    """Decides whom to ask. `allowed` are address:port pairs that may be asked although they are not public."""

    resolve: Resolve
    allowed: frozenset[str] = frozenset()

    async def addresses(self, target: Target) -> list[str]:
        """The addresses of the target's host, looked up once: connect to these and to no others.

        `Refused` if any of them is not public or the port is not the web's, `Unreachable` if there are none.
        """
        literal = _literal(target.host)
        found = [literal] if literal else list(await self.resolve(target.host, target.port))
        if not found:
            raise Unreachable("the name is not known")
        for address in found:
            if f"{address}:{target.port}" not in self.allowed:
                _check(address, target.port)
        return found


def _check(address: str, port: int) -> None:
    if port not in PORTS.values():
        raise Refused("the port is not the web's")
    if not is_public(address):
        raise Refused("the address is not public")


def target(url: str) -> Target:
    """The address taken apart; `Refused` unless it is plain http or https."""
    if len(url) > LONGEST or _UNFIT.search(url):
        raise Refused("the address is too long or has signs that it must not have")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise Refused("this is no address") from None
    if parts.scheme not in PORTS or "@" in parts.netloc:
        raise Refused("the address is not http or https, or carries a name and password")
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    query = "?" + quote(parts.query, safe="/%:@!$&'()*+,;=~-._?[]|") if parts.query else ""
    return Target(
        parts.scheme, _host(parts.hostname or ""), PORTS[parts.scheme] if port is None else port, path + query
    )


def is_public(address: str) -> bool:
    """Whether an address as a resolver gives it belongs to the public network."""
    if ":" not in address:
        return not any(IPv4Address(address) in network for network in _NOT_PUBLIC_4)
    here = IPv6Address(address)
    if here.scope_id is not None or here not in _PUBLIC_6:
        return False
    return not any(here in network for network in _NOT_PUBLIC_6)


async def look_up(host: str, port: int) -> Sequence[str]:
    """All addresses of a name, as the system resolves it; none if it cannot, or has too much to look up already."""
    found: asyncio.Future[Sequence[str]] = asyncio.get_running_loop().create_future()
    if not _LOOKING_UP.acquire(blocking=False):
        return []
    # Not in the loop's own threads, which others wait for, and in none that a process would wait for at its end.
    threading.Thread(target=_resolve, args=(host, port, found), name="preview-name", daemon=True).start()
    return await found


def _resolve(host: str, port: int, found: "asyncio.Future[Sequence[str]]") -> None:
    addresses: list[str] = []
    try:
        places = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        addresses = list(dict.fromkeys(str(place[0]) for *_, place in places))
    except (OSError, UnicodeError):
        pass
    finally:
        _LOOKING_UP.release()
    with suppress(RuntimeError):  # the process stops
        found.get_loop().call_soon_threadsafe(_tell, found, addresses)


def _tell(found: "asyncio.Future[Sequence[str]]", addresses: Sequence[str]) -> None:
    if not found.done():
        found.set_result(addresses)


def _host(written: str) -> str:
    """A name in ASCII, or an address in its usual form; nothing that some read as a number and others as a name."""
    if ":" in written:
        try:
            return str(IPv6Address(written))
        except ValueError:
            raise Refused("this is no address") from None
    host = _ascii(written).removesuffix(".")
    labels = host.split(".")
    if len(host) > 253 or not all(map(_LABEL.fullmatch, labels)):
        raise Refused("this is no name of a host")
    if _NUMBER.fullmatch(labels[-1]):
        if _literal(host) is None:
            raise Refused("this is no address")
    elif len(labels) == 1:
        raise Refused("the name is one of a local network")
    return host


def _ascii(host: str) -> str:
    try:
        return host.lower() if host.isascii() else idna.encode(host, uts46=True, std3_rules=True).decode()
    except (idna.IDNAError, UnicodeError):
        raise Refused("this is no name of a host") from None


def _literal(host: str) -> str | None:
    try:
        return str(IPv6Address(host) if ":" in host else IPv4Address(host))
    except ValueError:
        return None
