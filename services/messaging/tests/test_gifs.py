"""GIFs: of a folder and of a provider, real images alone, found by words, served as nothing else."""

import io
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import asyncpg
import pytest
import pytest_asyncio
from chassis.confined.runner import Runner
from chassis.problems import Problem
from drawn import a_frame_beyond_the_screen
from messaging.application import app_of
from messaging.gifs import catalogue, drawing, sources
from messaging.gifs import provider as provider_of
from messaging.gifs.catalogue import Catalogue, Gif
from messaging.gifs.provider import Provider
from messaging.gifs.sources import Page, Sources
from messaging.outbound.guard import Guard
from messaging.settings import Settings
from office import SECRET, Asker, NewAsker
from PIL import Image
from strangers import Names, Stranger, answer, stranger
from testkit import Issuer, served


def image(kind: str = "GIF", side: int = 8, frames: int = 2) -> bytes:
    made = [Image.new("RGB", (side, side), (number * 40 % 255, 10, 90)) for number in range(frames)]
    written = io.BytesIO()
    made[0].save(written, kind, save_all=True, append_images=made[1:])
    return written.getvalue()


@pytest_asyncio.fixture
async def runner() -> AsyncIterator[Runner]:
    async with Runner(most=2) as confined:
        yield confined


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three images, three files that only say so, and one that is too large."""
    for name, data in {
        "happy-dance.gif": image(), "sad_rain.webp": image("WEBP"), "third.gif": image(side=9),
        "page.gif": b"<script>alert(1)</script>", "cut.gif": image(side=64, frames=9)[:200],
        "huge.gif": image(side=1_025, frames=1), "liar.gif": a_frame_beyond_the_screen(),
    }.items():  # fmt: skip
        (tmp_path / name).write_bytes(data)
    (tmp_path / "index.json").write_text(json.dumps({"third.gif": {"title": "Applause", "tags": ["clap", "bravo"]}}))
    return tmp_path


async def asker(pool: asyncpg.Pool, database_url: str, tokens: Issuer, runner: Runner, gifs: Sources) -> Any:
    settings = Settings.model_validate(
        {
            "port": 0, "kafka_url": "127.0.0.1:1", "internal_secret": SECRET, "jwks_url": tokens.jwks_url,
            "database_url": database_url,
        }
    )  # fmt: skip
    return served(app_of(settings, pool, runner, gifs))


async def test_a_folders_real_images_are_found_by_words(runner: Runner, folder: Path) -> None:
    own = await catalogue.of_folder(runner, folder)
    titles = [gif.title for gif in own.search("", 30)]
    assert sorted(titles) == ["Applause", "happy dance", "sad rain"]
    assert [gif.title for gif in own.search("HAP dan", 30)] == ["happy dance"]
    assert [gif.title for gif in own.search("clap", 30)] == ["Applause"]
    assert own.search("script", 30) == []
    assert len(own.search("", 2)) == 2


async def test_what_changes_its_file_is_not_served(runner: Runner, folder: Path) -> None:
    own = await catalogue.of_folder(runner, folder)
    (gif,) = own.search("clap", 1)
    assert own.picture(gif.id) == catalogue.Picture(image(side=9), "image/gif")
    (folder / "third.gif").write_bytes(b"<script>alert(1)</script>")
    assert own.picture(gif.id) is None
    assert own.picture("unknown") is None


async def test_an_index_that_is_none_is_left_out(runner: Runner, folder: Path) -> None:
    (folder / "index.json").write_text("[1")
    assert len((await catalogue.of_folder(runner, folder)).gifs) == 3


async def test_who_has_no_folder_gets_gifs_that_are_drawn(runner: Runner, tmp_path: Path) -> None:
    drawing.ensure(tmp_path)
    own = await catalogue.of_folder(runner, tmp_path)
    assert sorted(gif.title for gif in own.gifs) == sorted(title for title, *_ in drawing.DRAWN.values())
    assert [gif.title for gif in own.search("confetti", 5)] == ["Party"]
    with Image.open(tmp_path / "party.gif") as party:
        assert party.n_frames > 4


async def test_gifs_are_searched_and_served_to_who_is_signed_in(
    pool: asyncpg.Pool, database_url: str, tokens: Issuer, runner: Runner, folder: Path, person: NewAsker
) -> None:
    alice = person("Alice")
    gifs = Sources(await catalogue.of_folder(runner, folder))
    async with await asker(pool, database_url, tokens, runner, gifs) as url:
        here = Asker(alice.http, url, alice.user_id, alice.email, alice.headers)
        _, told = await here.get("/api/gifs", search="dance")
        (gif,) = told["gifs"]
        assert (gif["title"], gif["width"], gif["height"]) == ("happy dance", 8, 8)
        async with here.http.get(f"{url}/api/gifs/{gif['id']}/image", headers=here.headers) as shown:
            assert (shown.status, shown.headers["Content-Type"]) == (200, "image/gif")
            assert shown.headers["X-Content-Type-Options"] == "nosniff"
            assert "sandbox" in shown.headers["Content-Security-Policy"]
            assert await shown.read() == image()
        assert (await here.get("/api/gifs/unknown/image"))[0] == 404
        assert (await here.get("/api/gifs/..%2Fx/image"))[0] in (404, 422)
        assert (await here.get("/api/gifs", search="x" * 101))[0] == 422
        _, first = await here.get("/api/gifs", limit=2)
        _, second = await here.get("/api/gifs", limit=2, cursor=first["nextCursor"])
        assert (len(first["gifs"]), len(second["gifs"]), second["nextCursor"]) == (2, 1, None)
        assert not {each["id"] for each in first["gifs"]} & {each["id"] for each in second["gifs"]}
        for cursor in ("page 2", "own/1" * 61):
            status, told = await here.get("/api/gifs", cursor=cursor)
            assert (status, told["type"]) == (422, "invalid_request")
        nobody = Asker(alice.http, url, alice.user_id, alice.email, {})
        assert (await nobody.get(f"/api/gifs/{gif['id']}/image"))[0] == 401


async def all_pages(gifs: Sources, text: str, limit: int) -> list[list[str]]:
    """The titles of each page, to the last."""
    pages, cursor = [], ""
    while True:
        page = await gifs.page(text, limit, cursor)
        pages.append([gif.title for gif in page.gifs])
        if page.next_cursor is None:
            return pages
        cursor = page.next_cursor


def a_catalogue(number: int) -> Catalogue:
    return Catalogue([Gif(str(n), f"cat {n}", 8, 8, frozenset({"cat", str(n)})) for n in range(number)])


async def test_a_folder_is_paged_to_its_end() -> None:
    gifs = Sources(a_catalogue(7))
    assert await all_pages(gifs, "", 3) == [["cat 0", "cat 1", "cat 2"], ["cat 3", "cat 4", "cat 5"], ["cat 6"]]
    assert await all_pages(gifs, "cat", 7) == [[f"cat {n}" for n in range(7)]]
    assert await all_pages(gifs, "dog", 3) == [[]]
    # The folder was made smaller in between.
    assert await gifs.page("", 3, "own/9000") == Page([], None)
    assert await gifs.page("", 3, "provider/0/") == Page([], None)


@pytest.mark.parametrize(
    "cursor",
    [
        "own",
        "own/-1",
        "own/x",
        "own/12345",
        "own/\u0663",
        "provider/1",
        "provider/1/a b",
        "provider/1/\0",
        "OWN/1",
        "/",
    ],
)
async def test_a_cursor_that_was_none_is_refused(cursor: str) -> None:
    with pytest.raises(Problem, match="cursor") as refusal:
        await Sources(a_catalogue(7)).page("", 3, cursor)
    assert (refusal.value.status, refusal.value.type) == (422, "invalid_request")


async def test_behind_the_folder_the_provider_is_paged(runner: Runner) -> None:
    async with stranger() as there:
        for position, ids, after in (("", ("1", "2"), "CAgQ=="), ("&pos=CAgQ%3D%3D", ("3",), "")):
            said = f"?q=cat&limit=2{position}&key=the+key&media_filter=tinygif&contentfilter=high"
            there.answers[f"/v2/search{said}"] = answer(results(there, *ids, after=after), type_="application/json")
        gifs = Sources(a_catalogue(3), provider(runner, there, frozenset([there.place])))
        assert await all_pages(gifs, "cat", 2) == [["cat 0", "cat 1"], ["cat 2"], ["A cat", "A cat"], ["A cat"]]
        # What the folder has is shown also while the provider fails.
        there.answers.clear()
        assert len((await gifs.page("cat", 2)).gifs) == 2


async def test_a_provider_that_never_ends_is_asked_for_five_hundred(runner: Runner) -> None:
    async with stranger() as there:
        rest = "&key=the+key&media_filter=tinygif&contentfilter=high"
        endless = answer(results(there, "1", after="more"), type_="application/json")
        there.answers[f"/v2/featured?limit=50{rest}"] = endless
        there.answers[f"/v2/featured?limit=50&pos=more{rest}"] = endless
        there.answers[f"/v2/featured?limit=20&pos=more{rest}"] = endless
        gifs = Sources(provider=provider(runner, there, frozenset([there.place])))
        assert len(await all_pages(gifs, "", 50)) == 10
        assert (await gifs.page("", 50, "provider/480/more")).next_cursor is None
        assert await gifs.page("", 50, "provider/999/more") == Page([], None)


@pytest.mark.parametrize("after", [7, None, "", "two words", "x" * 201, ["more"]])
async def test_a_position_that_is_none_ends_the_pages(runner: Runner, after: object) -> None:
    async with stranger() as there:
        said = "?limit=5&key=the+key&media_filter=tinygif&contentfilter=high"
        there.answers[f"/v2/featured{said}"] = answer(results(there, "1", after=after), type_="application/json")
        gifs = Sources(provider=provider(runner, there, frozenset([there.place])))
        assert (await gifs.page("", 5)).next_cursor is None


def results(there: Stranger, *ids: str, after: object = "") -> bytes:
    media = {"tinygif": {"url": there.url("/media.gif"), "dims": [8, 8]}}
    found = [{"id": id_, "content_description": "A cat", "media_formats": media} for id_ in ids]
    return json.dumps({"results": found, "next": after}).encode()


def provider(runner: Runner, there: Stranger, places: frozenset[str]) -> Provider:
    return Provider(there.url("/v2"), "the key", Guard(Names(["127.0.0.1"]), places), runner)


async def test_a_provider_is_asked_for_what_the_folder_lacks(runner: Runner) -> None:
    async with stranger() as there:
        asked = provider(runner, there, frozenset([there.place]))
        said = "?q=cat&limit=30&key=the+key&media_filter=tinygif&contentfilter=high"
        there.answers[f"/v2/search{said}"] = answer(results(there, "1", "../2"), type_="application/json")
        there.answers["/media.gif"] = answer(image(), type_="text/html")
        page = await Sources(provider=asked).page("cat", 30)
        (gif,) = page.gifs
        assert page.next_cursor is None
        assert (gif.id, gif.title) == ("p-1", "A cat")
        for _ in range(2):
            assert await asked.picture("p-1") == catalogue.Picture(image(), "image/gif")
        paths = [urlsplit(request.split(" ")[1]) for request in there.requests]
        assert [path.path for path in paths] == ["/v2/search", "/media.gif"]
        assert parse_qs(paths[0].query)["key"] == ["the key"]
        assert "cookie" not in there.requests[1].lower()


async def test_a_gif_that_was_forgotten_is_asked_for_again(runner: Runner) -> None:
    async with stranger() as there:
        asked = provider(runner, there, frozenset([there.place]))
        said = "?ids=1&key=the+key&media_filter=tinygif&contentfilter=high"
        there.answers[f"/v2/posts{said}"] = answer(results(there, "1"), type_="application/json")
        there.answers["/media.gif"] = answer(image(), type_="image/gif")
        assert await asked.picture("p-1") is not None


@pytest.mark.parametrize(
    "body", [b"no json", b"{}", b'{"results": 7}', b"[" * 100_000], ids=["words", "nothing", "number", "deep"]
)
async def test_a_provider_that_answers_otherwise_is_refused(runner: Runner, body: bytes) -> None:
    async with stranger() as there:
        asked = provider(runner, there, frozenset([there.place]))
        there.answers["/v2/featured?limit=3&key=the+key&media_filter=tinygif&contentfilter=high"] = answer(body)
        with pytest.raises(Exception, match="provider of GIFs") as refusal:
            await asked.search("", 3)
        assert getattr(refusal.value, "type", "") == "gif_provider_failed"


async def test_a_provider_sends_no_image_or_leads_inside_and_nothing_is_shown(runner: Runner) -> None:
    async with stranger() as there:
        asked = provider(runner, there, frozenset([there.place]))
        said = "?ids=1&key=the+key&media_filter=tinygif&contentfilter=high"
        there.answers[f"/v2/posts{said}"] = answer(results(there, "1"), type_="application/json")
        there.answers["/media.gif"] = answer(b"<html>", type_="image/gif")
        with pytest.raises(Exception, match="no GIF"):
            await asked.picture("p-1")
        inside = provider(runner, there, frozenset())
        with pytest.raises(Exception, match="not"):
            await inside.search("cat", 3)


async def test_a_gif_that_does_not_get_its_turn_can_be_asked_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(provider_of, "DECODING", replace(provider_of.DECODING, wait=0.01))
    async with stranger() as there, Runner(most=1) as taken:
        asked = provider(taken, there, frozenset([there.place]))
        said = "?ids=1&key=the+key&media_filter=tinygif&contentfilter=high"
        there.answers[f"/v2/posts{said}"] = answer(results(there, "1"), type_="application/json")
        there.answers["/media.gif"] = answer(image(), type_="image/gif")
        async with taken._place(1):
            with pytest.raises(Problem) as refusal:
                await asked.picture("p-1")
        assert (refusal.value.status, refusal.value.retry_after) == (503, 5)
        assert await asked.picture("p-1") is not None


async def test_without_settings_there_are_drawn_gifs_and_no_provider(runner: Runner) -> None:
    settings = Settings.model_construct(
        gif_dir="", gif_provider_url="", gif_provider_key=Settings.model_fields["gif_provider_key"].default
    )
    found = sources.sources_of(settings, runner, Guard(Names(["127.0.0.1"])))
    assert (found.provider, await found.page("", 5)) == (None, Page([], None))
    await sources.load(found, runner, settings.gif_dir)
    (gif,) = (await found.page("confetti", 5)).gifs
    assert (await found.picture(gif.id)) is not None
