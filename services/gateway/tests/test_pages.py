"""The web client's files are served, nothing else of the machine is, and pages may do little."""

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio
from chassis import problems
from fastapi import APIRouter, FastAPI
from gateway.pages import Pages, security
from testkit import served
from yarl import URL


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    tmp_path = tmp_path_factory.mktemp("pages")
    (tmp_path / "secret.txt").write_text("secret")
    folder = tmp_path / "dist"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("<title>Nexus</title>")
    (folder / "favicon.svg").write_text("<svg/>")
    (folder / "assets" / "main-abc.js").write_text("1")
    (folder / "assets" / "link.txt").symlink_to(tmp_path / "secret.txt")
    return folder


def an_app(folder: Path | None) -> FastAPI:
    app, router = FastAPI(), APIRouter()
    router.add_api_route("/{path:path}", Pages(folder).serve, methods=["GET", "HEAD"])
    app.include_router(router)
    problems.install(app)
    return app


@pytest_asyncio.fixture(scope="module")
async def url(built: Path) -> AsyncIterator[str]:
    async with served(an_app(built)) as url:
        yield url


async def got(url: str, path: str, method: str = "GET") -> tuple[aiohttp.ClientResponse, str]:
    async with aiohttp.ClientSession() as http, http.request(method, URL(url + path, encoded=True)) as answer:
        return answer, await answer.text()


@pytest.mark.parametrize("path", ["/", "/index.html", "/channels/123", "/api-docs", "/nothing.html", "/assets"])
async def test_every_path_that_is_no_file_is_the_clients_own(url: str, path: str) -> None:
    answer, text = await got(url, path)
    assert (answer.status, answer.content_type, text) == (200, "text/html", "<title>Nexus</title>")
    assert answer.headers["Cache-Control"] == "no-cache"


async def test_files_are_served_with_their_type_and_assets_are_kept_for_good(url: str) -> None:
    answer, text = await got(url, "/favicon.svg")
    assert (answer.content_type, text, answer.headers["Cache-Control"]) == ("image/svg+xml", "<svg/>", "no-cache")
    answer, text = await got(url, "/assets/main-abc.js")
    assert (answer.content_type, text) == ("text/javascript", "1")
    assert "immutable" in answer.headers["Cache-Control"]


async def test_an_asset_of_another_build_is_not_found(url: str) -> None:
    answer, _ = await got(url, "/assets/main-old.js")
    assert (answer.status, answer.content_type) == (404, "application/problem+json")


@pytest.mark.parametrize(
    "path",
    [
        "/../secret.txt",
        "/%2e%2e/secret.txt",
        "/..%2fsecret.txt",
        "/assets/..%2f..%2fsecret.txt",
        "/assets/link.txt",
        "//etc/passwd",
        "/%2fetc/passwd",
        "/..%5csecret.txt",
        "/%00",
        "/favicon.svg%00.html",
        "/" + "x" * 5000,
        "/%ff%fe",
    ],
)
async def test_nothing_outside_of_the_folder_is_served(url: str, path: str) -> None:
    answer, text = await got(url, path)
    assert answer.status in (200, 404)
    assert "secret" not in text
    assert "root:" not in text


@pytest.mark.parametrize("path", ["/", "/favicon.svg", "/assets/main-abc.js"])
async def test_browsers_are_told_what_a_page_may_do(url: str, path: str) -> None:
    answer, text = await got(url, path, "HEAD")
    headers = answer.headers
    assert text == ""
    assert "default-src 'self'" in headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert "script-src" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"


async def test_a_client_that_is_not_built_is_said_in_words(tmp_path: Path) -> None:
    for folder in (None, tmp_path, tmp_path / "nowhere"):
        async with served(an_app(folder)) as url:
            answer, text = await got(url, "/")
            assert (answer.status, answer.content_type) == (503, "text/plain")
            assert "make web" in text


@pytest.mark.parametrize(
    ("content_url", "named"), [("https://bytes.example.com/x", " https://bytes.example.com"), ("", "")]
)
def test_pages_load_from_the_origin_of_foreign_bytes_and_from_no_other(content_url: str, named: str) -> None:
    policy = security(content_url)["Content-Security-Policy"]
    assert f"img-src 'self' data: blob:{named};" in policy
    assert f"frame-src 'self'{named};" in policy
    assert "script-src" not in policy
    assert "default-src 'self';" in policy
