"""The web client's files, and what browsers must not let a page do."""

from pathlib import Path
from urllib.parse import urlsplit

from chassis.problems import not_found
from fastapi import Request
from starlette.responses import FileResponse, PlainTextResponse, Response

POLICY = (
    "default-src 'self'; connect-src 'self' ws: wss:{content}; img-src 'self' data: blob:{content};"
    " media-src 'self' blob:{content}; frame-src 'self'{content}; style-src 'self' 'unsafe-inline';"
    " object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
)
SECURITY = {
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
NOT_BUILT = "The web client is not built yet: run `make web`, or give its folder as NEXUS_WEB_DIR.\n"


def security(content_url: str) -> dict[str, str]:
    """What pages may do: of other origins they load from that of foreign bytes alone."""
    parts = urlsplit(content_url)
    content = f" {parts.scheme}://{parts.netloc}" if parts.netloc else ""
    return {"Content-Security-Policy": POLICY.format(content=content), **SECURITY}


class Pages:
    """Serves the built client; every path that is no file is the client's own to show."""

    def __init__(self, folder: Path | None, content_url: str = "") -> None:
        self._folder = folder.resolve() if folder else None
        self._security = security(content_url)

    async def serve(self, request: Request) -> Response:
        if self._folder is None or not (self._folder / "index.html").is_file():
            return PlainTextResponse(NOT_BUILT, 503, self._security)
        asked = self._file(request.url.path)
        if request.url.path.startswith("/assets/"):
            if asked is None:  # of another build: a page in its place would be taken for a script
                raise not_found("file")
            return FileResponse(
                asked, headers={**self._security, "Cache-Control": "public, max-age=31536000, immutable"}
            )
        page = asked or self._folder / "index.html"
        return FileResponse(page, headers={**self._security, "Cache-Control": "no-cache"})

    def _file(self, path: str) -> Path | None:
        """The file under the folder that a path names; nothing outside of it, wherever links and dots lead."""
        if self._folder is None or "\x00" in path:
            return None
        try:
            found = (self._folder / path.lstrip("/")).resolve()
            return found if found.is_relative_to(self._folder) and found.is_file() else None
        except OSError:  # a name that is too long for any file
            return None
