"""The gateway's numbers are for who comes directly, and from inside."""

import pytest
from gateway.insiders import is_inside
from starlette.types import Scope


def a_scope(address: str | None, *headers: tuple[bytes, bytes]) -> Scope:
    return {"type": "http", "client": (address, 1) if address else None, "headers": list(headers)}


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "::1", "10.1.2.3", "172.17.0.1", "192.168.1.9", "::ffff:10.0.0.1", "fd00::1"]
)
def test_loopback_and_private_addresses_are_inside(address: str) -> None:
    assert is_inside(a_scope(address))


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1", "::ffff:8.8.8.8", "unknown", None])
def test_others_are_not(address: str | None) -> None:
    assert not is_inside(a_scope(address))


@pytest.mark.parametrize("name", [b"x-forwarded-for", b"forwarded", b"x-real-ip"])
def test_what_came_through_a_proxy_is_not_inside(name: bytes) -> None:
    assert not is_inside(a_scope("127.0.0.1", (name, b"127.0.0.1")))
