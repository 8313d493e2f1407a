"""Types of content: their one name each, and whether what a file is fits what it is called."""

import mimetypes

OCTETS = "application/octet-stream"
OPENDOCUMENT = ("application/vnd.oasis.opendocument",)
ALIASES = {
    "application/x-pdf": "application/pdf", "application/x-zip-compressed": "application/zip",
    "application/x-zip": "application/zip", "audio/x-wav": "audio/wav", "audio/wave": "audio/wav",
    "audio/vnd.wave": "audio/wav", "audio/x-flac": "audio/flac", "audio/x-m4a": "audio/mp4", "audio/m4a": "audio/mp4",
    "audio/mp3": "audio/mpeg", "audio/x-mpeg": "audio/mpeg", "audio/x-hx-aac-adts": "audio/aac",
    "audio/x-aac": "audio/aac", "audio/opus": "audio/ogg", "application/ogg": "audio/ogg",
    "video/x-m4v": "video/mp4", "video/m4v": "video/mp4", "application/mp4": "video/mp4",
    "video/x-msvideo": "video/avi", "video/vnd.avi": "video/avi", "video/matroska": "video/x-matroska",
    "image/jpg": "image/jpeg", "image/pjpeg": "image/jpeg", "image/x-png": "image/png", "image/apng": "image/png",
    "image/x-ms-bmp": "image/bmp", "image/x-bmp": "image/bmp", "image/tif": "image/tiff", "image/svg": "image/svg+xml",
    "image/x-icon": "image/vnd.microsoft.icon", "image/ico": "image/vnd.microsoft.icon",
    "application/x-gzip": "application/gzip", "text/javascript": "application/javascript",
    "application/x-javascript": "application/javascript", "text/xml": "application/xml",
    "application/x-ndjson": "application/json", "application/x-rar": "application/vnd.rar",
}  # fmt: skip
# Texts that are not called so.
TEXTS = frozenset({
    "application/json", "application/javascript", "application/xml", "application/x-sh", "application/x-shellscript",
    "application/yaml", "application/x-yaml", "application/toml", "application/sql", "application/x-sql",
    "application/x-httpd-php", "application/x-tex", "application/x-subrip", "application/typescript",
    "application/x-perl", "application/x-ruby", "application/xhtml+xml", "application/ld+json", "message/rfc822",
    "application/x-wine-extension-ini", "application/x-setupscript", "application/x-csh", "application/x-latex",
})  # fmt: skip
# Of the extensions that Python's own table lacks, or names otherwise.
EXTENSIONS = {
    ".webp": "image/webp", ".heic": "image/heic", ".heif": "image/heif", ".avif": "image/avif", ".md": "text/markdown",
    ".markdown": "text/markdown", ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ".flac": "audio/flac",
    ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation", ".m4a": "audio/mp4",
    ".odt": "application/vnd.oasis.opendocument.text", ".ods": "application/vnd.oasis.opendocument.spreadsheet",
    ".odp": "application/vnd.oasis.opendocument.presentation", ".mkv": "video/x-matroska", ".ts": "text/typescript",
    ".ogg": "audio/ogg", ".opus": "audio/ogg", ".oga": "audio/ogg", ".ogv": "video/ogg", ".yaml": "text/yaml",
    ".yml": "text/yaml", ".toml": "text/toml", ".rs": "text/rust", ".go": "text/go", ".sql": "text/sql",
    ".log": "text/plain", ".jar": "application/java-archive", ".epub": "application/epub+zip",
    ".pyw": "text/x-python", ".rtf": "application/rtf", ".rar": "application/vnd.rar",
    ".7z": "application/x-7z-compressed",
}  # fmt: skip
PROGRAMS = (
    ".exe",
    ".dll",
    ".com",
    ".scr",
    ".msi",
    ".bat",
    ".cmd",
    ".pif",
    ".cpl",
    ".ps1",
    ".vbs",
    ".lnk",
    ".so",
    ".dmg",
)
EXTENSIONS |= dict.fromkeys(PROGRAMS, "application/x-msdownload")
_names = mimetypes.MimeTypes(filenames=())
# One container holds sound, pictures or both; what it is called is a matter of taste.
_SAME = (
    frozenset({"audio/mp4", "video/mp4", "video/quicktime", "audio/3gpp", "video/3gpp", "video/3gpp2"}),
    frozenset({"audio/ogg", "video/ogg"}),
    frozenset({"audio/webm", "video/webm", "video/x-matroska", "audio/x-matroska"}),
    frozenset({"image/heic", "image/heif", "image/heic-sequence", "image/heif-sequence"}),
    frozenset({"application/msword", "application/vnd.ms-excel", "application/vnd.ms-powerpoint",
               "application/x-ole-storage", "application/cdfv2", "application/vnd.ms-office",
               "application/vnd.ms-outlook"}),
    frozenset({"application/zip", "application/java-archive", "application/x-java-archive", "application/epub+zip",
               "application/vnd.android.package-archive"}),
    frozenset({"application/rtf", "text/rtf"}),
)  # fmt: skip
_UNSAID = frozenset({"", OCTETS, "binary/octet-stream", "application/x-download", "application/force-download"})


def canonical(media_type: str) -> str:
    """One name for what has several."""
    bare = media_type.partition(";")[0].strip().lower()
    return ALIASES.get(bare, bare)


def is_text(media_type: str) -> bool:
    """SVG counts: whoever opens it opens a text."""
    return media_type.startswith("text/") or media_type in TEXTS or media_type == "image/svg+xml"


def of_name(filename: str) -> str:
    """What the end of a name claims; empty if it claims nothing."""
    suffix = suffix_of(filename)
    return EXTENSIONS.get(suffix) or canonical(_names.guess_type(f"name{suffix}", strict=False)[0] or "")


def suffix_of(filename: str) -> str:
    """The end of a name from its last dot on, in small letters; only what can be part of a plain name."""
    suffix = "." + filename.rpartition(".")[2].lower() if "." in filename else ""
    return suffix if suffix[1:].isalnum() and suffix.isascii() and len(suffix) <= 12 else ""


def served_as(media_type: str, filename: str, declared: str) -> str:
    """What a file is handed out as: its type by content if its name and its uploader say the same, else just bytes."""
    claims = (of_name(filename), canonical(declared))
    return media_type if all(_fits(media_type, claim) for claim in claims) else OCTETS


def _fits(media_type: str, claim: str) -> bool:
    if claim in _UNSAID or claim == media_type:
        return True
    if is_text(media_type) and is_text(claim):
        # A page that calls itself a picture is none, though both are texts.
        return "image/svg+xml" not in (media_type, claim)
    return are_alike(media_type, claim)


def are_alike(one: str, other: str) -> bool:
    """Whether they are the same, or names that people give to the same."""
    return one == other or any(one in names and other in names for names in _SAME)
