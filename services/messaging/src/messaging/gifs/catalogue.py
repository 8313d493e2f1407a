"""The GIFs of a folder of one's own: what they are called is what they are found by."""

import hashlib
import logging
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import orjson
from chassis.confined.limits import Busy, Failed, Limits
from chassis.confined.runner import Runner
from eventbus.wire import Json

log = logging.getLogger(__name__)
MOST_FILES = 2_000
MOST_BYTES = 4_000_000
LONGEST_TITLE = 100
INDEX = "index.json"
ENDINGS = (".gif", ".webp")
DECODING = Limits(cpu=120, seconds=180.0, answer=1_000_000)
_WORDS = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Gif:
    """A GIF that can be picked. `words` are what it is found by."""

    id: str
    title: str
    width: int
    height: int
    words: frozenset[str] = frozenset()

    def as_json(self) -> Json:
        return {"id": self.id, "title": self.title, "width": self.width, "height": self.height}


@dataclass(frozen=True, slots=True)
class Picture:
    """A GIF's bytes, and what they are."""

    data: bytes
    content_type: str


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What was found in the folder when messaging started."""

    gifs: Sequence[Gif] = ()
    files: Mapping[str, tuple[Path, str]] = field(default_factory=dict)
    held: Mapping[str, Picture] = field(default_factory=dict)

    def search(self, text: str, limit: int, start: int = 0) -> list[Gif]:
        """Those of which some word begins with each word of the text, from one on; all of them for no text."""
        wanted = words_of(text)
        found = (
            gif for gif in self.gifs
            if all(any(word.startswith(each) for word in gif.words) for each in wanted)
        )  # fmt: skip
        return list(islice(found, start, start + limit))

    def picture(self, gif_id: str) -> Picture | None:
        """None for an id that is not of the folder, or whose file is another by now."""
        if gif_id in self.held:
            return self.held[gif_id]
        path, content_type = self.files.get(gif_id, (None, ""))
        try:
            data = path.read_bytes() if path else b""
        except OSError:
            return None
        return Picture(data, content_type) if data and id_of(data) == gif_id else None

    def in_memory(self) -> "Catalogue":
        """The same without its folder."""
        return Catalogue(self.gifs, held={gif.id: picture for gif in self.gifs if (picture := self.picture(gif.id))})


async def of_folder(runner: Runner, folder: Path) -> Catalogue:
    """What in the folder really is a GIF or WebP: small enough, and decoded whole."""
    folder, paths = _candidates(folder)
    if not paths:
        return Catalogue()
    async with runner.folder() as scratch:
        try:
            decoded: Mapping[str, Any] = await runner.run(
                "messaging.gifs.decoding:images", scratch,
                {"source": str(folder), "names": [path.name for path in paths]},
                reads=(folder,), limits=DECODING,
            )  # fmt: skip
        except (Failed, Busy) as failure:
            log.warning("the folder of GIFs cannot be read: %s", failure)
            return Catalogue()
    for path in paths:
        if path.name not in decoded:
            log.warning("%s is left out: it is no GIF or WebP, or too large", path.name)
    index = _index(folder)
    files, gifs = {}, []
    for path in paths:
        if size := decoded.get(path.name):
            gif = _gif(path, size, index.get(path.name, {}))
            gifs.append(gif)
            files[gif.id] = (path, size["contentType"])
    return Catalogue(gifs, files)


def id_of(data: bytes) -> str:
    """An image of an id never changes."""
    return hashlib.sha256(data).hexdigest()[:40]


def words_of(*texts: str) -> frozenset[str]:
    return frozenset(word.lower() for text in texts for word in _WORDS.findall(text))


def _candidates(folder: Path) -> tuple[Path, list[Path]]:
    """The folder itself, wherever links lead, and the files in it that could be images."""
    folder = folder.resolve()
    if not folder.is_dir():
        log.warning("%s is no folder: there are no GIFs", folder)
        return folder, []
    found = sorted(path for path in folder.iterdir() if path.suffix.lower() in ENDINGS and path.is_file())
    fit = [path for path in found if 0 < path.stat().st_size <= MOST_BYTES]
    if len(fit) > MOST_FILES:
        log.warning("only the first %d of %d GIFs are offered", MOST_FILES, len(fit))
    return folder, fit[:MOST_FILES]


def _gif(path: Path, size: Mapping[str, Any], said: Mapping[str, Any]) -> Gif:
    title = str(said.get("title") or " ".join(_WORDS.findall(path.stem)))[:LONGEST_TITLE]
    tags: Iterable[object] = said["tags"] if isinstance(said.get("tags"), list) else ()
    return Gif(
        id_of(path.read_bytes()), title, size["width"], size["height"], words_of(title, path.stem, *map(str, tags))
    )


def _index(folder: Path) -> Mapping[str, Mapping[str, Any]]:
    """`{"dance.gif": {"title": "Dancing", "tags": ["party"]}}`, if there is such a file."""
    try:
        told = orjson.loads((folder / INDEX).read_bytes())
    except FileNotFoundError:
        return {}
    except (OSError, orjson.JSONDecodeError) as error:
        log.warning("%s is left out: %s", INDEX, error)
        return {}
    return {name: said for name, said in told.items() if isinstance(said, dict)} if isinstance(told, dict) else {}
