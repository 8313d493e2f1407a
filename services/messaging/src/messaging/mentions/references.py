"""What a text refers to: `<@userId>`, `<!group:groupId>`, `<!channel>`, `<!here>` and `<#channelId>`, outside of code.

Text is Markdown as CommonMark reads it: nothing in a fenced block or between backticks refers to anything, nor what a
backslash stands before.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

_ID = "[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_FENCE = re.compile(r"^ {0,3}(`{3,}(?=[^`\n]*$)|~{3,})(.*)\n?", re.MULTILINE)
_BLANK = re.compile(r"\n[ \t]*\n")
_RUN = re.compile("`+")
_STEP = re.compile(rf"\\.|`+|<(?:@(?P<user>{_ID})|#(?P<link>{_ID})|!group:(?P<group>{_ID})|!(?P<all>channel|here))>")


@dataclass(frozen=True, slots=True)
class References:
    """Ids in order of appearance, each once; whether they are of anybody is not known yet."""

    user_ids: tuple[UUID, ...] = ()
    group_ids: tuple[UUID, ...] = ()
    channel_ids: tuple[UUID, ...] = ()
    everyone: bool = False
    here: bool = False

    @property
    def mention(self) -> bool:
        """Whether any person may be meant."""
        return bool(self.user_ids or self.group_ids or self.everyone or self.here)


NONE = References()


def of(content: str, content_type: str = "text") -> References:
    """What a message's content refers to; one that is code refers to nothing."""
    if "<" not in content or content_type == "code":
        return NONE
    found: dict[str, dict[str, None]] = {"user": {}, "link": {}, "group": {}, "all": {}}
    for paragraph in _paragraphs(content):
        for kind, name in _marks(paragraph):
            found[kind][name.lower()] = None
    users, links, groups = (tuple(map(UUID, found[kind])) for kind in ("user", "link", "group"))
    return References(users, groups, links, "channel" in found["all"], "here" in found["all"])


def _paragraphs(text: str) -> Iterator[str]:
    """The text without fenced blocks, cut where no backtick can find its other half."""
    start, fence = 0, ""
    for line in _FENCE.finditer(text):
        if not fence:
            yield from _BLANK.split(text[start : line.start()])
            fence = line[1]
        elif line[1][0] == fence[0] and len(line[1]) >= len(fence) and not line[2].strip():
            start, fence = line.end(), ""
    if not fence:
        yield from _BLANK.split(text[start:])


def _marks(paragraph: str) -> Iterator[tuple[str, str]]:
    """Kind and name of each mark that is not in inline code."""
    runs: dict[int, list[int]] = {}
    for run in _RUN.finditer(paragraph):
        runs.setdefault(len(run[0]), []).append(run.start())
    place = 0
    while step := _STEP.search(paragraph, place):
        place = step.end()
        if step[0][0] == "`":
            place = _after_code(place, len(step[0]), runs)
        elif step.lastgroup:
            yield step.lastgroup, step[step.lastgroup]


def _after_code(place: int, length: int, runs: dict[int, list[int]]) -> int:
    """Where the code ends that a run of so many backticks begins; `place` if none is as long, so that it is text."""
    same = runs.get(length, [])
    index = bisect_left(same, place)
    return same[index] + length if index < len(same) else place
