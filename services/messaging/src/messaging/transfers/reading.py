"""What a confined process does with an import's file: a part of it at a time, written as lines of JSON.

A part is some steps of the file. The answer says with which step to go on, so that whoever is killed in between goes on
with the part that was not kept.
"""

from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import orjson
from chassis.confined.inside import Refused

from messaging.transfers.archive import Archive
from messaging.transfers.own import OwnArchive
from messaging.transfers.slack import SlackExport
from messaging.transfers.slack_messages import Told, skip

LINES = "lines.jsonl"
# A part ends after the step with which it has so many bytes; a line has no more than a part of them.
PART = 8 * 1024**2
LONGEST_LINE = 1024**2
UNKNOWN = "This is neither an export of Slack's nor an archive of Nexus: it has neither users.json nor workspace.json."


def read_part(folder: Path, *, file: str, step: int) -> Told:
    """Write the next records to the folder; `next` is the step after them, `steps` how many there are."""
    archive = Archive(Path(file))
    found = OwnArchive.found_in(archive) or SlackExport.found_in(archive)
    if found is None:
        raise Refused(UNKNOWN)
    written = 0
    with (folder / LINES).open("wb") as lines:
        while step < found.steps and written < PART:
            archive.replaced.clear()
            for record in chain(found.step(step), _replaced(archive)):
                written += lines.write(_line(record))
            step += 1
    return {"source": found.source, "next": step, "steps": found.steps}


def _replaced(archive: Archive) -> Iterator[Told]:
    """What of the step's files could not be kept as it is."""
    for name, count in archive.replaced.items():
        if count:
            yield {**skip("character_replaced", name), "count": count}


def _line(record: Told) -> bytes:
    line = orjson.dumps(record)
    if len(line) > LONGEST_LINE:
        line = orjson.dumps(skip("too_large", f"{record['k']} {str(record.get('key'))[:80]}"))
    return line + b"\n"
