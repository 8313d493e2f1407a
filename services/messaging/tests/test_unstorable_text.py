"""What no database keeps, NUL and halves of surrogate pairs, is refused with a reason at every door."""

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from typing import Annotated, Any

import messaging
import pytest
from chassis.schema import Body
from office import Office
from pydantic import BaseModel, TypeAdapter, ValidationError

UNKNOWN = "0190a000-0000-7000-8000-000000000000"
HALF, NUL = "half \ud800", "nothing \x00"
# Read as they are, and kept nowhere: what a socket says is checked on its own, and messagings trust each other.
UNCHECKED = {("SocketSend", "payload"), ("Shown", "forwarded")}


def bodies() -> list[type[Body]]:
    found: set[type[Body]] = set()
    for module in pkgutil.walk_packages(messaging.__path__, "messaging."):
        if not module.name.endswith("__main__"):
            members = vars(importlib.import_module(module.name)).values()
            found |= {each for each in members if inspect.isclass(each) and issubclass(each, Body)}
    return sorted((each for each in found if each.__module__.startswith("messaging")), key=lambda each: each.__name__)


def wrapped(text: str) -> Iterator[Any]:
    """As much of what a field may want as is needed to hide a text in it."""
    yield from (text, [text], {"a": text}, {text: "a"}, {text: 1}, {text: None}, {text: UNKNOWN}, {text: ["a"]})
    yield from ([{"a": text}], [{"a": {"a": [text]}}], {"a": {"a": text}}, {"type": "doc", "content": [{"type": text}]})


def has_unstorable(value: object) -> bool:
    if isinstance(value, BaseModel):
        return any(has_unstorable(getattr(value, name)) for name in type(value).model_fields)
    if isinstance(value, dict):
        return any(map(has_unstorable, (*value, *value.values())))
    if isinstance(value, list | tuple):
        return any(map(has_unstorable, value))
    return isinstance(value, str) and ("\x00" in value or any("\ud800" <= letter <= "\udfff" for letter in value))


@pytest.mark.parametrize("body", bodies(), ids=lambda body: body.__name__)
def test_no_field_of_a_body_takes_it(body: type[Body]) -> None:
    taken = []
    for name, field in body.model_fields.items():
        reader: TypeAdapter[Any] = TypeAdapter(Annotated[(field.annotation, *field.metadata, None)])
        for given in (each for text in (HALF, NUL, "\ud800", "\x00") for each in wrapped(text)):
            try:
                read = reader.validate_python(given)
            except ValidationError:
                continue
            if has_unstorable(read) and (body.__name__, name) not in UNCHECKED:
                taken.append((name, given))
    assert taken == []


def doors(office: Office) -> dict[str, tuple[str, Any]]:
    """Of GET with parameters, unless a body is given."""
    workspace, channel = f"/api/workspaces/{office.workspace_id}", f"/api/channels/{office.channel_id}"
    return {
        "search": (f"{channel}/messages?search=%s", None), "audit": (f"{workspace}/audit?action=%s", None),
        "listed": (f"{workspace}/channels?limit=5&cursor=%s", None), "reminders": ("/api/reminders?after=%s", None),
        "gifs": ("/api/gifs?search=%s", None), "more gifs": ("/api/gifs?cursor=%s", None),
        "digest": ("/api/sync/digest?from=%s", None), "members": (f"{workspace}/members?search=%s", None),
        "emoji": (f"{workspace}/emoji/%s", {}), "hook": ("/api/hooks/%s/%s", {"text": "a"}),
        "hook's token": (f"/api/hooks/{UNKNOWN}/%s", {"text": "a"}), "answer": ("/api/responses/%s/%s", {"text": "a"}),
        "answer's token": (f"/api/responses/{UNKNOWN}/%s", {"text": "a"}),
        "button": (f"/api/messages/{UNKNOWN}/actions/%s", {}), "position": ("/api/messages/%s/context", None),
    }  # fmt: skip


@pytest.mark.parametrize("text", ["%00", "a%00b", "%ED%A0%80"])
async def test_no_address_fails_for_it(text: str, office: Office) -> None:
    answers = {}
    for name, (address, body) in doors(office).items():
        path = address.replace("%s", text)
        status, _ = await (office.owner.get(path) if body is None else office.owner.post(path, body))
        answers[name] = status
    assert {name: status for name, status in answers.items() if status >= 500} == {}


async def test_no_body_fails_for_it(office: Office) -> None:
    workspace, channel = f"/api/workspaces/{office.workspace_id}", f"/api/channels/{office.channel_id}"
    message = f"/api/messages/{(await office.say(office.owner, 'words'))['id']}"
    for text in (HALF, NUL):
        for verb, path, body in (
            ("post", f"{channel}/messages", {"content": text}), ("put", message, {"content": text}),
            ("post", f"{channel}/messages", {"content": "a", text: "b"}), ("put", channel, {"name": text}),
            ("post", f"{channel}/messages", {"content": "a", "attachments": [{"name": text}]}),
            ("post", f"{channel}/messages", {"content": "a", "attachments": [{text: "a"}]}),
            ("put", f"{workspace}/permissions", {"rights": {text: "admin"}}),
            ("put", f"{channel}/permissions", {"rights": {text: None}}),
            ("post", f"{workspace}/invite", {"emails": [text]}), ("post", f"{workspace}/channels", {"name": text}),
            ("post", f"{channel}/polls", {"question": text, "options": ["a", "b"]}),
            ("put", f"{channel}/draft", {"content": text}), ("post", f"{message}/report", {"reason": text}),
        ):  # fmt: skip
            status, told = await getattr(office.owner, verb)(path, body)
            assert (status, told["type"]) == (422, "invalid_request"), (path, body, told)
