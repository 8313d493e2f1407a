"""A zip file from outside, opened only if it is what it should be: nothing in it is larger, deeper or elsewhere."""

import re
import stat
import unicodedata
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import Any

import orjson
from chassis.confined.inside import Refused

MOST_ENTRIES = 200_000
MOST_BYTES = 16 * 1024**3
# A text of JSON shrinks to a twentieth or so; what shrinks more than this much is made to burst whoever unpacks it.
MOST_RATIO = 200
RATIO_COUNTS_FROM = 1_000_000
MOST_JSON = 48 * 1024**2
MOST_DEPTH = 60
MOST_NAME = 400
DEEPEST = 4
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
# What JSON can say, but no database can keep: half of a surrogate pair, as an escape or as bytes, and NUL. What stands
# before them in the pattern only looks like it: an escaped backslash, and a whole pair.
_UNFIT = re.compile(
    rb"\\\\|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    rb"|(\\u[dD][89a-fA-F][0-9a-fA-F]{2}|\\u0000|\xed[\xa0-\xbf][\x80-\xbf])"
)
_SIGNS = (b"\\u0000", b"\\ud", b"\\uD", b"\xed")
_REPLACEMENT = "\ufffd".encode()
IGNORED = ("__MACOSX/", ".DS_Store")


class Archive:
    """The files of a zip by their names. Characters that nobody can keep are read as U+FFFD, and `replaced` says how
    many there were in each file when it was read last."""

    def __init__(self, place: Path) -> None:
        try:
            self._zip = zipfile.ZipFile(place)
            self.files = _checked(self._zip.infolist())
            self.replaced: dict[str, int] = {}
        except (zipfile.BadZipFile, ValueError, NotImplementedError, UnicodeError):
            raise Refused("This is not a zip file, or it is damaged.") from None

    def _parsed(self, name: str, place: str, data: bytes) -> Any:
        fit, replaced = _fit(data.removeprefix(b"\xef\xbb\xbf"))
        self.replaced[name] += replaced
        try:
            told = orjson.loads(fit)
        except orjson.JSONDecodeError:
            raise Refused(f"{_shown(place)} is not JSON in UTF-8.") from None
        if _is_deeper(told, MOST_DEPTH):
            raise Refused(f"{_shown(place)} is nested more than {MOST_DEPTH} levels deep.")
        return told

    def json(self, name: str) -> Any:
        """What a file says in JSON."""
        self.replaced[name] = 0
        return self._parsed(name, name, self.bytes(name, MOST_JSON))

    def bytes(self, name: str, most: int) -> bytes:
        """A whole file, at most so large, and no larger than the zip said."""
        info = self.files[name]
        if info.file_size > most:
            raise Refused(f"{_shown(name)} is larger than {most:,} bytes.")
        try:
            with self._zip.open(info) as file:
                data = file.read(most + 1)
        except (zipfile.BadZipFile, EOFError, OSError, RuntimeError, ValueError, NotImplementedError, zlib.error):
            raise Refused(f"{_shown(name)} is damaged.") from None
        if len(data) > info.file_size:
            raise Refused(f"{_shown(name)} is larger than the zip file says.")
        return data

    def lines(self, name: str) -> Iterator[tuple[int, Any]]:
        """The lines of a file of JSON lines, each with its number from 1 on."""
        info = self.files[name]
        left = info.file_size
        self.replaced[name] = 0
        try:
            with self._zip.open(info) as file:
                number = 0
                while line := file.readline(MOST_JSON):
                    number, left = number + 1, left - len(line)
                    if len(line) == MOST_JSON or left < 0:
                        raise Refused(f"{_shown(name)} has a line that is too long.")
                    yield number, self._parsed(name, f"{name}:{number}", line)
        except (zipfile.BadZipFile, EOFError, OSError, RuntimeError, ValueError, NotImplementedError, zlib.error):
            raise Refused(f"{_shown(name)} is damaged.") from None


def _checked(entries: list[zipfile.ZipInfo]) -> dict[str, zipfile.ZipInfo]:
    if len(entries) > MOST_ENTRIES:
        raise Refused(f"The zip file has more than {MOST_ENTRIES:,} files.")
    if sum(entry.file_size for entry in entries) > MOST_BYTES:
        raise Refused(f"Unpacked, the zip file has more than {MOST_BYTES:,} bytes.")
    packed = sum(entry.compress_size for entry in entries)
    _check_ratio("The zip file", sum(entry.file_size for entry in entries), packed)
    files: dict[str, zipfile.ZipInfo] = {}
    known: set[str] = set()
    for entry in entries:
        if entry.is_dir() or any(part in entry.filename for part in IGNORED):
            continue
        _check_entry(entry)
        name = unicodedata.normalize("NFC", entry.filename)
        if name.casefold() in known:
            raise Refused(f"The zip file has {_shown(name)} twice.")
        known.add(name.casefold())
        files[name] = entry
    return files


def _check_entry(entry: zipfile.ZipInfo) -> None:
    name, shown = entry.filename, _shown(entry.filename)
    parts = PurePosixPath(name).parts
    if len(name) > MOST_NAME or "\\" in name or "\0" in name or ":" in name:
        raise Refused(f"The zip file has a file with a name that cannot be: {shown}.")
    if name.startswith("/") or ".." in parts or len(parts) > DEEPEST:
        raise Refused(f"The zip file has a file outside of its folders: {shown}.")
    mode = entry.external_attr >> 16
    if mode and stat.S_IFMT(mode) not in (0, stat.S_IFREG):
        raise Refused(f"{shown} is no file but a link or device.")
    if entry.flag_bits & 0x1:
        raise Refused(f"{shown} is encrypted.")
    if entry.compress_type not in METHODS:
        raise Refused(f"{shown} is packed in a way that is not read here.")
    _check_ratio(shown, entry.file_size, entry.compress_size)


def _check_ratio(what: str, size: int, packed: int) -> None:
    if size > RATIO_COUNTS_FROM and size > packed * MOST_RATIO:
        raise Refused(f"{what} unpacks to more than {MOST_RATIO} times its size.")


def _fit(data: bytes) -> tuple[bytes, int]:
    """The text with U+FFFD for what cannot be kept, and how often that was."""
    if not any(sign in data for sign in _SIGNS):
        return data, 0
    replaced = 0

    def kept_or_replaced(found: re.Match[bytes]) -> bytes:
        nonlocal replaced
        if found[1] is None:
            return found[0]
        replaced += 1
        return _REPLACEMENT

    return _UNFIT.sub(kept_or_replaced, data), replaced


def _is_deeper(told: Any, most: int) -> bool:
    level = _inside([told])
    for _ in range(most):
        if not level:
            return False
        level = _inside(inner for each in level for inner in (each.values() if isinstance(each, dict) else each))
    return True


def _inside(values: Iterable[Any]) -> list[Any]:
    return [value for value in values if isinstance(value, dict | list)]


def _shown(name: str) -> str:
    """A name as a sentence can hold it."""
    return "".join(letter if letter.isprintable() else "�" for letter in name[:120])
