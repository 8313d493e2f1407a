"""Folders for confined tasks: fresh, private, watched, and gone in the end, also after a crash."""

import asyncio
import fcntl
import os
import stat
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Self
from uuid import uuid4

PREFIX = "nexus-confined-"


class Scratch:
    """A process's folder of folders. It is locked while the process lives; who starts removes what is not."""

    def __init__(self, within: Path | None = None) -> None:
        parent = within or Path(tempfile.gettempdir())
        _sweep(parent)
        self._root = Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent)).resolve()
        self._lock = os.open(self._root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        fcntl.flock(self._lock, fcntl.LOCK_EX)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._lock)
        remove(self._root)

    @asynccontextmanager
    async def folder(self) -> AsyncIterator[Path]:
        """A fresh folder, which is removed with all that is in it."""
        folder = Path(tempfile.mkdtemp(dir=self._root))
        try:
            yield folder
        finally:
            await asyncio.shield(asyncio.to_thread(remove, folder))


def usage(folder: Path, most_entries: int) -> tuple[int, int]:
    """Bytes and entries of a folder; counting ends shortly after `most_entries`."""
    size = entries = 0
    waiting = [folder]
    while waiting and entries <= most_entries:
        try:
            with os.scandir(waiting.pop()) as found:
                for entry in found:
                    entries += 1
                    size += entry.stat(follow_symlinks=False).st_size
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(Path(entry.path))
        except FileNotFoundError:
            continue  # gone while we looked
        except OSError:
            entries = most_entries + 1  # a path longer than paths may be
    return size, entries


def remove(folder: Path) -> None:
    """Remove a folder however deep it is, and whatever rights its folders were given."""
    while inner := _without_files(folder):
        for each in inner:
            # Each is emptied into the top, so that no path becomes too long and nothing is called ever deeper.
            for deeper in _without_files(each):
                os.rename(deeper, folder / str(uuid4()))
            os.rmdir(each)
    os.rmdir(folder)


def _without_files(folder: Path) -> list[Path]:
    """The folders of a folder, whose files are removed."""
    os.chmod(folder, stat.S_IRWXU)
    folders = []
    with os.scandir(folder) as found:
        for entry in list(found):
            if entry.is_dir(follow_symlinks=False):
                os.chmod(entry.path, stat.S_IRWXU)
                folders.append(Path(entry.path))
            else:
                os.unlink(entry.path)
    return folders


def _sweep(parent: Path) -> None:
    for left in parent.glob(PREFIX + "*"):
        try:
            lock = os.open(left, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except OSError:
            continue  # another user's, or just removed
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            remove(left)
        except OSError:
            continue  # its process lives
        finally:
            os.close(lock)
