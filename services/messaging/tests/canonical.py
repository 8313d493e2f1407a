"""An archive without what hangs on the installation: two of equal workspaces are equal then (docs/archive.md)."""

import re
import zipfile
from io import BytesIO
from typing import Any

import orjson

ID = re.compile(rb"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def canonical(file: bytes) -> dict[str, list[Any]]:
    """By the name of each of its files: what its lines say, each id replaced by the place of its first appearance."""
    numbers: dict[bytes, bytes] = {}

    def number(found: re.Match[bytes]) -> bytes:
        return numbers.setdefault(found[0], b"id-%d" % len(numbers))

    with zipfile.ZipFile(BytesIO(file)) as archive:
        assert archive.testzip() is None
        return {name: _read(name, ID.sub(number, archive.read(name))) for name in archive.namelist()}


def _read(name: str, data: bytes) -> list[Any]:
    if not name.endswith(".jsonl"):
        told = orjson.loads(data)
        told.pop("exportedAt")
        return [told]
    return [orjson.loads(line) for line in data.splitlines()]
