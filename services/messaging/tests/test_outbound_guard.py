"""Previews are fetched from public addresses alone, however an address is written."""

from collections.abc import Sequence

import pytest
from messaging.outbound.guard import Guard, Refused, Target, Unreachable, is_public, look_up, target


def resolving(*addresses: str) -> Guard:
    async def resolve(_host: str, _port: int) -> Sequence[str]:
        return addresses

    return Guard(resolve)


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0", "10.1.2.3", "100.64.0.1", "100.127.255.255", "127.0.0.1", "127.255.255.254", "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255", "192.0.0.8", "192.0.2.1", "192.88.99.1", "192.168.0.1", "198.18.0.1", "198.51.100.1",
        "203.0.113.9",
        "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
        "::", "::1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::808:808",
        "64:ff9b:1::1",
        "100::1", "2001::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:10::1", "2001:20::1", "2001:db8::1",
        "2002:7f00:1::",
        "2002:808:808::", "3fff::1", "5f00::1", "fc00::1", "fd12:3456::1", "fe80::1", "fe80::1%eth0",
        "2606:4700::1%1", "fec0::1",
        "ff02::1",
    ],
)  # fmt: skip
async def test_an_address_that_is_not_public_is_refused(address: str) -> None:
    assert not is_public(address)
    with pytest.raises(Refused):
        await resolving(address).addresses(target("https://a.example"))
    with pytest.raises(Refused):
        await resolving("93.184.216.34", address).addresses(target("https://a.example"))


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "93.184.216.34", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "2a00:1450::1"]
)
async def test_a_public_address_is_asked(address: str) -> None:
    assert await resolving(address).addresses(target("https://a.example")) == [address]


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/", "http://127.1/", "http://127.0.1/", "http://2130706433/", "http://0x7f000001/",
        "http://0x7f.1/",
        "http://0177.0.0.1/", "http://017700000001/", "http://127.0.0.01/", "http://127.0.0.1./", "http://127。0。0。1/",
        "http://①②⑦.0.0.1/", "http://１２７.0.0.1/", "http://0/", "http://0x/", "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[::ffff:7f00:1]/", "http://[fe80::1%25eth0]/", "http://[::]/",
        "http://169.254.169.254/latest/meta-data/",
        "http://134744072/", "http://8.8.2056/", "http://0x8.8.8.8/", "http://a.example.0x10/",
        "http://localhost/", "http://localhost./", "http://LOCALHOST/", "http://wiki/", "http://./", "http://../",
        "http:///x",
        "http://", "http:", "//a.example/", "file:///etc/passwd", "gopher://a.example/", "ftp://a.example/",
        "HTTPX://a.example",
        "data:text/html,x", "http://ada:word@a.example/", "http://ada@a.example/", "http://@a.example/",
        "http://a.example@127.0.0.1/",
        "http://127.0.0.1#@a.example/", "http://127.0.0.1\\@a.example/", "http://a.example\\.b.example/",
        "http://a.example:22/",
        "http://a.example:0/", "http://a.example:65536/", "http://a.example:x/", "http://a.example:8080/",
        "http://a.example:80:80/",
        "http://a example/", "http://a.example/\r\nHost: b.example", "http://a.example/\x00", "\thttp://a.example/",
        "http://a..example/", "http://-a.example/", "http://a_.example./\x00",
        "http://" + "a." * 130 + "example/",
        "http://a%2eexample/", "http://127.0.0.1%2f.a.example/", "http://a.example\u202e/", "http://xn--/",
        "http://[a.example]/",
        "http://" + "x" * 2_050 + ".example/",
    ],
)  # fmt: skip
async def test_an_address_in_disguise_is_refused(url: str) -> None:
    """Names are resolved to something public, so that only the way in which they are written can refuse them."""
    with pytest.raises(Refused):
        await resolving("8.8.8.8").addresses(target(url))


async def test_a_name_of_the_machine_itself_is_refused_by_its_address() -> None:
    with pytest.raises(Refused):
        await Guard(look_up).addresses(Target("http", "localhost", 80, "/"))


async def test_an_unknown_name_is_unreachable() -> None:
    with pytest.raises(Unreachable):
        await resolving().addresses(target("https://a.example"))


async def test_what_is_allowed_is_allowed_at_its_port_alone() -> None:
    async def resolve(_host: str, _port: int) -> Sequence[str]:
        return ["127.0.0.1"]

    guard = Guard(resolve, frozenset(["127.0.0.1:8001"]))
    assert await guard.addresses(target("http://a.example:8001")) == ["127.0.0.1"]
    assert await guard.addresses(target("http://127.0.0.1:8001")) == ["127.0.0.1"]
    for url in ("http://a.example:8002", "http://a.example", "http://127.0.0.1:80"):
        with pytest.raises(Refused):
            await guard.addresses(target(url))


@pytest.mark.parametrize(
    ("url", "asked"),
    [
        ("https://A.Example", "https://a.example:443/"),
        ("http://a.example./x%20y", "http://a.example:80/x%20y"),
        ("https://예시.example/가?b=c&d[]=e#f", "https://xn--vv4b11d.example:443/%EA%B0%80?b=c&d[]=e"),
        ("http://8.8.8.8:443/../etc", "http://8.8.8.8:443/../etc"),
        ("https://[2606:4700::1111]/", "https://[2606:4700::1111]:443/"),
    ],
)
def test_an_address_is_taken_apart_once(url: str, asked: str) -> None:
    assert target(url).url == asked
