"""How bytes that others made are handed to a browser: what it may show, and what it may not do with it."""

from dataclasses import dataclass
from urllib.parse import quote

# What a browser decodes and does not run. SVG and HTML are not here: they are programs.
SHOWN = frozenset(
    {"image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "image/bmp", "application/pdf"}
    | {"video/mp4", "video/webm", "video/ogg", "video/quicktime"}
    | {"audio/mpeg", "audio/mp4", "audio/aac", "audio/ogg", "audio/webm", "audio/wav", "audio/x-wav", "audio/flac"}
)  # fmt: skip
# What we made ourselves may be a page, too: without scripts, and with nothing to load.
OURS = SHOWN | {"text/html", "application/json"}
PLAIN = "text/plain; charset=utf-8"
UNKNOWN = "application/octet-stream"
NOTHING = "default-src 'none'; base-uri 'none'; form-action 'none'"
# Browsers show PDFs by a viewer of their own, which a sandbox switches off.
POLICIES = {
    "application/pdf": f"{NOTHING}; object-src 'self'; style-src 'unsafe-inline'",
    "text/html": f"sandbox; {NOTHING}; style-src 'unsafe-inline'; img-src data:",
}
POLICY = f"sandbox; {NOTHING}; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'"
LONGEST_NAME = 255
# Of what we make: how such files end, and what is the file itself once more, in another format.
ENDINGS = {
    "image/webp": ".webp", "image/png": ".png", "image/jpeg": ".jpg", "application/pdf": ".pdf", "video/mp4": ".mp4",
    "audio/mp4": ".m4a", "text/html": ".html", "text/plain": ".txt", "application/json": ".json",
}  # fmt: skip
SAME_IN_ANOTHER_FORMAT = ("pdf", "video", "audio", "converted-")
LONGEST_STEM = 200


@dataclass(frozen=True, slots=True)
class Form:
    """What is handed out: the type its content has, whether we made it, and the name it is saved by."""

    media_type: str
    is_ours: bool
    filename: str


# What every answer of the content origin says, refusals too.
SAFETY = {
    "Content-Security-Policy": POLICY,
    # Pages of the product are of another origin, and nobody has the address whom it was not given to.
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Accept-Ranges, Content-Disposition, Content-Length, Content-Range, ETag",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
}


def headers(form: Form, *, inline: bool) -> dict[str, str]:
    """The headers that keep it harmless; shown only if it was asked for `inline` and is of a kind that is safe."""
    bare = form.media_type.partition(";")[0].strip().lower()
    shown = _shown_as(bare, form.is_ours)
    return {
        **SAFETY,
        "Content-Type": shown or UNKNOWN,
        "Content-Disposition": disposition("inline" if inline and shown else "attachment", form.filename),
        "Content-Security-Policy": POLICIES.get(bare, POLICY) if shown != PLAIN else POLICY,
    }


def _shown_as(bare: str, is_ours: bool) -> str | None:
    if bare in (OURS if is_ours else SHOWN):
        return f"{bare}; charset=utf-8" if bare == "text/html" else bare
    return PLAIN if bare.startswith("text/") else None


def disposition(kind: str, filename: str) -> str:
    """RFC 6266: the name in ASCII for old programs, and as it is."""
    name = "".join(char for char in filename if char.isprintable() and char not in "/\\")[:LONGEST_NAME] or "file"
    ascii_name = "".join(char if " " <= char <= "~" and char not in '"%;' else "_" for char in name)
    return f"{kind}; filename=\"{ascii_name}\"; filename*=UTF-8''{quote(name.encode(errors='replace'), safe='')}"


def name_of_made(filename: str, variant: str, media_type: str) -> str:
    """What is made of a file is saved by the file's name, with the ending of what it is now."""
    stem = (filename.rpartition(".")[0] or filename)[:LONGEST_STEM]
    what = "" if variant.startswith(SAME_IN_ANOTHER_FORMAT) else f" {variant}"
    return f"{stem}{what}{ENDINGS.get(media_type, '')}"
