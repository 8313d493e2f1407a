"""A page is fetched from where its name led to once, in little time, and not much of it."""

import asyncio
import gzip
import ssl
import zlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from messaging.outbound.guard import Refused, Unreachable
from messaging.previews.fetching import BYTES, Page
from strangers import PAGE, Names, Stranger, answer, elsewhere, fetcher, silent, stranger

OURS = ("Host", "User-Agent", "Accept", "Accept-Encoding", "Connection")


@pytest_asyncio.fixture
async def shop() -> AsyncIterator[Stranger]:
    async with stranger() as server:
        yield server


@pytest_asyncio.fixture
async def inside() -> AsyncIterator[Stranger]:
    """A server of the company's own network."""
    async with stranger() as server:
        yield server


async def test_a_page_is_asked_for_by_its_name_and_without_a_trace_of_us(shop: Stranger) -> None:
    assert await fetcher(shop.place).fetch(shop.url("/x?y=1")) == Page(PAGE, "utf-8")
    (request,) = shop.requests
    lines = request.strip().split("\r\n")
    assert lines[0] == "GET /x?y=1 HTTP/1.1"
    assert f"Host: a.example:{shop.port}" in lines
    assert {line.split(":")[0] for line in lines[1:]} == {*OURS}


async def test_redirects_are_followed_and_carry_no_cookie(shop: Stranger) -> None:
    shop.answers = {
        f"/{place}": elsewhere(f"/{place + 1}", "301 Moved Permanently" if place % 2 else "307 Temporary Redirect")
        for place in range(5)
    }
    assert (await fetcher(shop.place).fetch(shop.url("/0"))).body == PAGE
    assert len(shop.requests) == 6
    assert not any("Cookie" in request for request in shop.requests)


async def test_more_than_five_redirects_are_not_followed(shop: Stranger) -> None:
    shop.answers = {"/": elsewhere("/")}
    with pytest.raises(Refused, match="redirects"):
        await fetcher(shop.place).fetch(shop.url())
    assert len(shop.requests) == 6


@pytest.mark.parametrize(
    "location",
    [
        "http://127.0.0.1:{inside}/", "http://inside.example:{inside}/", "//inside.example:{inside}/",
        "http://2130706433:{inside}/",
        "http://0x7f.1:{inside}/", "http://[::1]:{inside}/", "http://[::ffff:127.0.0.1]:{inside}/",
        "http://localhost:{inside}/",
        "http://127.0.0.1:{inside}\\@a.example/", "http://a.example@127.0.0.1:{inside}/",
        "http://169.254.169.254/latest/meta-data/",
        "file:///etc/passwd", "gopher://127.0.0.1:{inside}/_x", "ftp://a.example/", "javascript:alert(1)",
        "data:text/html,<title>x</title>",
        "http://a.example:{shop}@inside.example:{inside}/", "http:///", "http://a.example:99999/", "",
    ],
)  # fmt: skip
async def test_a_redirect_leads_nowhere_but_to_public_addresses(
    shop: Stranger, inside: Stranger, location: str
) -> None:
    shop.answers = {"/": elsewhere(location.format(inside=inside.port, shop=shop.port))}
    with pytest.raises((Refused, Unreachable)):
        await fetcher(shop.place).fetch(shop.url())
    assert inside.requests == []


async def test_a_name_is_looked_up_once_and_what_it_says_then_is_what_is_asked(shop: Stranger) -> None:
    names = Names(["127.0.0.1", "127.0.0.2"])
    assert (await fetcher(shop.place, names=names).fetch(shop.url())).body == PAGE
    assert names.asked == ["a.example"]


async def test_a_name_that_says_something_else_at_a_redirect_is_checked_anew(shop: Stranger) -> None:
    names = Names(["127.0.0.1", "10.0.0.1"])
    shop.answers = {"/": elsewhere("/again")}
    with pytest.raises(Refused):
        await fetcher(shop.place, names=names).fetch(shop.url())
    assert names.asked == ["a.example", "a.example"]
    assert len(shop.requests) == 1


async def test_who_drips_is_cut_at_the_deadline_whatever_they_drip(shop: Stranger) -> None:
    async def drip_body(writer: asyncio.StreamWriter) -> None:
        await answer(b"<!doctype html>", "200 OK", "text/html", "Content-Length: 100000")(writer)
        await _drip(writer)

    async def drip_head(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
        await _drip(writer)

    async def redirect_for_ever(writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.15)
        await elsewhere("/for-ever")(writer)

    shop.answers = {"/body": drip_body, "/head": drip_head, "/for-ever": redirect_for_ever, "/silent": silent}
    for path in ("/body", "/head", "/for-ever", "/silent"):
        began = asyncio.get_running_loop().time()
        with pytest.raises(Unreachable, match="TimeoutError"):
            await fetcher(shop.place, deadline=0.5).fetch(shop.url(path))
        assert asyncio.get_running_loop().time() - began >= 0.5


async def test_no_more_than_two_megabytes_are_read(shop: Stranger) -> None:
    async def without_end(writer: asyncio.StreamWriter) -> None:
        await answer(PAGE)(writer)
        while True:
            writer.write(b"x" * 65_536)
            await writer.drain()

    shop.answers = {"/": without_end}
    page = await fetcher(shop.place).fetch(shop.url())
    assert (len(page.body), page.body[: len(PAGE)]) == (BYTES, PAGE)


async def test_what_is_packed_is_unpacked_to_two_megabytes_at_the_most(shop: Stranger) -> None:
    bomb = gzip.compress(PAGE + b" " * 200_000_000, 1)
    shop.answers = {
        "/small": answer(gzip.compress(PAGE), "200 OK", "text/html", "Content-Encoding: gzip"),
        "/bomb": answer(bomb, "200 OK", "text/html", "Content-Encoding: gzip"),
        "/broken": answer(b"\x1f\x8b nonsense", "200 OK", "text/html", "Content-Encoding: gzip"),
        "/deflate": answer(zlib.compress(PAGE), "200 OK", "text/html", "Content-Encoding: deflate"),
        "/twice": answer(gzip.compress(gzip.compress(PAGE)), "200 OK", "text/html", "Content-Encoding: gzip, gzip"),
    }
    assert (await fetcher(shop.place).fetch(shop.url("/small"))).body == PAGE
    assert len((await fetcher(shop.place).fetch(shop.url("/bomb"))).body) == BYTES
    for path in ("/broken", "/deflate", "/twice"):
        with pytest.raises((Refused, Unreachable)):
            await fetcher(shop.place).fetch(shop.url(path))


@pytest.mark.parametrize(
    "other",
    [
        answer(type_="application/json"),
        answer(type_="image/svg+xml"),
        answer(type_="text/plain"),
        answer(type_="application/octet-stream"),
        answer(b"\x89PNG\r\n\x1a\n" + PAGE),
        answer(b"just words"),
        answer(b"\x00" + PAGE),
        answer(b'{"title": "no page"}'),
        answer(b""),
        answer(status="404 Not Found"),
        answer(status="403 Forbidden"),
        answer(b"", "204 No Content"),
        answer(status="206 Partial Content"),
        answer(b"", "304 Not Modified"),
    ],
)
async def test_what_is_no_page_is_refused(shop: Stranger, other: object) -> None:
    shop.answers = {"/": other}  # type: ignore[dict-item]
    with pytest.raises(Refused):
        await fetcher(shop.place).fetch(shop.url())


async def test_who_fails_for_the_moment_may_be_asked_again(shop: Stranger) -> None:
    async def nonsense(writer: asyncio.StreamWriter) -> None:
        writer.write(b"SSH-2.0-OpenSSH_9.2\r\n")

    async def many_headers(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n" + b"X-Y: z\r\n" * 1_000_000)

    shop.answers = {
        "/busy": answer(status="503 Service Unavailable"),
        "/often": answer(status="429 Too Many Requests"),
        "/nonsense": nonsense,
        "/headers": many_headers,
    }
    for path in shop.answers:
        with pytest.raises(Unreachable):
            await fetcher(shop.place).fetch(shop.url(path))
    with pytest.raises(Unreachable):
        await fetcher("127.0.0.1:1").fetch("http://a.example:1/")


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate of a.example, signed by itself."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "a")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, now - timedelta(days=1), now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("a.example")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / "certificate.pem"
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(secret + signed.public_bytes(serialization.Encoding.PEM))
    return path


async def test_certificates_are_checked_and_names_are_said(certificate: Path) -> None:
    theirs = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    theirs.load_cert_chain(certificate)
    said: list[str | None] = []
    theirs.sni_callback = lambda _socket, name, _context: said.append(name)
    trusting = ssl.create_default_context(cafile=str(certificate))
    async with stranger(theirs) as shop:
        url = shop.url().replace("http:", "https:")
        assert (await fetcher(shop.place, context=trusting).fetch(url)).body == PAGE
        assert said == ["a.example"]
        with pytest.raises(Refused, match="certificate"):
            await fetcher(shop.place).fetch(url)
        with pytest.raises(Refused, match="certificate"):
            await fetcher(shop.place, context=trusting).fetch(url.replace("a.example", "b.example"))


async def _drip(writer: asyncio.StreamWriter) -> None:
    while True:
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.02)
