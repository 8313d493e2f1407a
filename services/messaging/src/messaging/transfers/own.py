"""Our own archive as records: its lines are records already (docs/archive.md)."""

from collections.abc import Iterator
from typing import Any

from chassis.confined.inside import Refused

from messaging.transfers.archive import Archive
from messaging.transfers.slack_messages import Told

HEAD = "workspace.json"
FORMAT, VERSION = "nexus-archive", 1
# In the order in which one needs the other.
LISTS = {"people.jsonl": "person", "channels.jsonl": "channel", "groups.jsonl": "group", "emoji.jsonl": "emoji"}
MESSAGES = "messages/"


class OwnArchive:
    """An archive as a number of steps, each of which tells some records; after a break one goes on with the next."""

    def __init__(self, archive: Archive, head: dict[str, Any]) -> None:
        self._archive = archive
        self._files = [name for name in LISTS if name in archive.files]
        self._files += sorted(name for name in archive.files if name.startswith(MESSAGES) and name.endswith(".jsonl"))
        self.source = f"nexus:{str(_workspace_of(head).get('key', ''))[:64]}"
        self.steps = 1 + len(self._files)

    @classmethod
    def found_in(cls, archive: Archive) -> "OwnArchive | None":
        """None if this is no archive of ours."""
        head = archive.json(HEAD) if HEAD in archive.files else None
        if not isinstance(head, dict) or head.get("format") != FORMAT:
            return None
        if head.get("version") != VERSION:
            raise Refused(f"This archive has another version than {VERSION}, which is read here.")
        return cls(archive, head)

    def step(self, number: int) -> Iterator[Told]:
        if number == 0:
            yield {"k": "workspace", **_workspace_of(self._archive.json(HEAD))}
            return
        name = self._files[number - 1]
        kind = LISTS.get(name, "message")
        for line, told in self._archive.lines(name):
            if not isinstance(told, dict):
                raise Refused(f"{name[:120]}:{line} is no object.")
            yield {**told, "k": kind}


def _workspace_of(head: dict[str, Any]) -> dict[str, Any]:
    workspace = head.get("workspace")
    return workspace if isinstance(workspace, dict) else {}
