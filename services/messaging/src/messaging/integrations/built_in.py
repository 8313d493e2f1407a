"""Commands that every workspace has."""

import re
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta

from chassis.problems import Problem, invalid_request
from eventbus import Db
from eventbus.wire import Json, to_wire
from pydantic import ValidationError

from messaging import polls, posting
from messaging.permissions import Standing
from messaging.personal import reminders
from messaging.personal.bodies import NewReminder
from messaging.polls import NewPoll

_QUOTED = re.compile(r'"([^"]*)"|“([^”]*)”')
_IN = re.compile(r"(?:in )?(\d{1,4}) ?(m|min|minutes?|h|hours?|d|days?) (.+)", re.DOTALL)
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
FLAGS = {"--multiple": "isMultiple", "--anonymous": "isAnonymous"}

Result = Awaitable[Json]


async def say_me(db: Db, standing: Standing, text: str) -> Json:
    if not text:
        raise _usage("me")
    return await _say(db, standing, f"_{text}_")


async def shrug(db: Db, standing: Standing, text: str) -> Json:
    return await _say(db, standing, f"{text} ¯\\\\\\_(ツ)\\_/¯".lstrip())


async def ask_all(db: Db, standing: Standing, text: str) -> Json:
    """`/poll "Question" "A" "B" --multiple --anonymous`"""
    quoted = [a or b for a, b in _QUOTED.findall(text)]
    flags = _QUOTED.sub(" ", text).split()
    if len(quoted) < 3 or not set(flags) <= set(FLAGS):
        raise _usage("poll")
    wanted = {"question": quoted[0], "options": quoted[1:], **{FLAGS[flag]: True for flag in flags}}
    try:
        poll = NewPoll.model_validate(wanted)
    except ValidationError as error:
        raise invalid_request([{**fault, "loc": ("", *fault["loc"])} for fault in error.errors()]) from None
    return {"message": await polls.post(db, standing, poll)}


async def remind(db: Db, standing: Standing, text: str) -> Json:
    """`/remind in 20 minutes look at the oven`"""
    found = _IN.fullmatch(text)
    if found is None:
        raise _usage("remind")
    moment = datetime.now(UTC) + int(found[1]) * _UNITS[found[2][0]]
    try:
        new = NewReminder.model_validate({"text": found[3], "remindAt": moment.isoformat()})
    except ValidationError as error:
        raise invalid_request([{**fault, "loc": ("", *fault["loc"])} for fault in error.errors()]) from None
    return {"reminder": await reminders.add(db, standing.user_id, new)}


async def _say(db: Db, standing: Standing, content: str) -> Json:
    draft = posting.read_draft({"channelId": str(standing.channel_id), "content": content})
    if isinstance(draft, Problem):
        raise draft
    (outcome,) = await posting.post_within(db, [posting.Send(standing.user_id, draft)])
    if isinstance(outcome, Problem):
        raise outcome
    return {"message": to_wire(outcome)}


def _usage(name: str) -> Problem:
    return Problem(422, "command_usage", f"Say it like this: /{name} {USAGES[name][1]}")


COMMANDS: Mapping[str, Callable[[Db, Standing, str], Result]] = {
    "me": say_me,
    "poll": ask_all,
    "remind": remind,
    "shrug": shrug,
}
USAGES = {
    "me": ("Say what you do", "waves"),
    "poll": ("Ask everybody here", '"Question" "One answer" "Another" [--multiple] [--anonymous]'),
    "remind": ("Be reminded", "in 20 minutes look at the oven"),
    "shrug": ("Add a shrug", "[text]"),
}
DESCRIPTIONS: list[Json] = [
    {"id": None, "name": name, "description": USAGES[name][0], "usage": USAGES[name][1], "isBuiltIn": True}
    for name in sorted(COMMANDS)
]
