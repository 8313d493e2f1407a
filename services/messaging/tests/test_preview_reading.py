"""What a page says of itself is text, whatever it is made of."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio
from chassis.confined.runner import Runner
from messaging.outbound.guard import Refused, Unreachable
from messaging.previews import reading
from messaging.previews.fetching import Page
from messaging.previews.reading import LIMITS, Words, words_of


@pytest_asyncio.fixture(scope="module")
async def reader(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Runner]:
    async with Runner(within=tmp_path_factory.mktemp("pages")) as made:
        yield made


def page(head: str, charset: str = "utf-8", declared: str | None = None) -> Page:
    return Page(f"<!doctype html><html><head>{head}</head><body>no</body>".encode(charset), declared)


def meta(**said: str) -> str:
    return "".join(f'<meta property="{name.replace("_", ":", 1)}" content="{text}">' for name, text in said.items())


@pytest.mark.parametrize(
    ("head", "words"),
    [
        ("<title>Only a title</title>", Words("Only a title", None, None)),
        (
            "<title>T</title>" + meta(og_title="Of og", og_description="Said &amp; done", og_site_name="Shop"),
            Words("Of og", "Said & done", "Shop"),
        ),
        ('<meta name="twitter:title" content="Of it"><meta name="description" content="d">', Words("Of it", "d", None)),
        (meta(og_site_name="Shop alone"), Words("Shop alone", None, "Shop alone")),
        ("<title>\n  many \t lines \n</title>", Words("many lines", None, None)),
        (
            "<title>&lt;script&gt;alert(1)&lt;/script&gt;</title>",
            Words("<script>alert(1)</script>", None, None),
        ),
        (meta(og_title="a\u202egnp\u2066.exe\u2069\x07\u200b"), Words("agnp.exe", None, None)),
        (meta(og_title="x" * 400, og_description="y" * 700), Words("x" * 299 + "…", "y" * 599 + "…", None)),
        ("<script>document.write('<title>no</title>')</script><title>yes</title>", Words("yes", None, None)),
        ("<!-- <title>no</title> --><TITLE>yes</TITLE><title>no</title>", Words("yes", None, None)),
        (meta(og_title="&#x202e;hi&#0;"), Words("hi\ufffd", None, None)),
        ("<META CONTENT='quoted' PROPERTY=OG:TITLE>", Words("quoted", None, None)),
    ],
)
async def test_a_page_is_shown_in_its_own_words(reader: Runner, head: str, words: Words) -> None:
    assert await words_of(page(head), reader) == words


@pytest.mark.parametrize(
    ("charset", "declared", "tag"),
    [
        ("utf-8", None, ""),
        ("euc-kr", "euc-kr", ""),
        ("euc-kr", None, '<meta charset="euc-kr">'),
        ("cp949", None, '<meta http-equiv="content-type" content="text/html; charset=cp949">'),
        ("utf-8", "x-unknown", ""),
        ("utf-8", "utf-7", ""),
    ],
)
async def test_a_page_is_read_in_its_own_charset(reader: Runner, charset: str, declared: str | None, tag: str) -> None:
    assert (await words_of(page(f"{tag}<title>한국어 문서</title>", charset, declared), reader)).title == "한국어 문서"


@pytest.mark.parametrize(
    "body",
    [
        b"", b"<html>", b"<title></title>", b"<title>  </title>", b"<body><title>too late</title>",
        b"<meta property=og:title>",
        b"<title>" * 300_000, b"<meta content='" * 100_000, b"<" * 2_000_000, b"<!" * 1_000_000, b"<![" * 600_000,
        b"&#" * 900_000,
        b"<div>" * 400_000, b"<a " + b"b=c " * 500_000, b"<!--" * 500_000, b"</" * 1_000_000, b"<?" * 1_000_000,
        b"\xff" * 2_000_000,
        b"<script>" + b"</scrip" * 280_000, b"<meta charset=" * 140_000,
    ],
)  # fmt: skip
async def test_a_hostile_page_is_refused_in_the_end(reader: Runner, body: bytes) -> None:
    with pytest.raises(Refused):
        await words_of(Page(body, None), reader)


async def test_who_waits_for_other_pages_too_long_tries_again(reader: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "LIMITS", replace(LIMITS, wait=0.05))
    monkeypatch.setattr(reader, "_places", asyncio.Semaphore(0))
    with pytest.raises(Unreachable):
        await words_of(page("<title>T</title>"), reader)
