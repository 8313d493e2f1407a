"""docs/socket-events.md says what clients hear: each sample of an event is told to a client, which notes what it heard.

`NEXUS_WRITE_SOCKET_EVENTS=1 pytest services/gateway/tests/test_socket_events.py` writes it anew.
"""

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
from entrance import Hall
from eventbus import Event, Tombstone, topic_of
from eventbus.wire import to_wire
from gateway.events import HANDLERS
from gateway.handlers import CONSUMES
from google.protobuf import json_format
from nexus.messaging.v1.channel_event_pb2 import ChannelEvent, ChannelUpdated, MemberJoined
from nexus.messaging.v1.personal_event_pb2 import PersonalEvent
from nexus.messaging.v1.workspace_member_event_pb2 import WorkspaceMemberSaved

ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
PERSON = "0199a1c3-1246-7d64-af87-5c9eb04a7d04"
CHANNEL = "0199a1c4-2358-7e75-b098-6dafc15b8e05"
WORKSPACE = "0199a1c2-8e22-7b42-8d65-3a7c9f2e5b02"
# Of a membership that ended the topic keeps the key alone.
GONE = Tombstone(f"{WORKSPACE}:{PERSON}")
# Told to who was outside until then.
COMING = (MemberJoined, WorkspaceMemberSaved)
# What comes from no topic.
PASSING = (
    ("typing:start", "somebody's `typing:start`", {"channelId": CHANNEL, "userId": PERSON}),
    ("typing:stop", "somebody's `typing:stop`", {"channelId": CHANNEL, "userId": PERSON}),
    ("presence:update", "presence, by Redis", {"userId": PERSON, "status": "away"}),
    ("offset", "the gateway: how far the stream is", "AQID"),
    ("going-away", "the gateway, before it stops: come again in so many milliseconds", {"after": 1_200}),
)
HEAD = """# Socket events

What clients hear, each with a sample. Written by `services/gateway/tests/test_socket_events.py`: the samples of the
[topics' events](events.md) are told to a client of the gateway, and this is what it hears. The last argument, left out
here, is the place in the stream. What clients may send, and how they are answered, is in the
[gateway's README](../services/gateway/README.md).
"""


def sample(examples: Path, event_type: type[Event], kind: type) -> Event:
    path = examples / topic_of(event_type).name / f"{kind.__name__}.json"
    return json_format.Parse(path.read_text(), event_type())


def _person(event: Any) -> str:
    """Whose the event is, if it is somebody's."""
    if isinstance(event, Tombstone):
        return PERSON
    payload = getattr(event, event.WhichOneof("payload") or "")
    own = event.user_id if isinstance(event, PersonalEvent) else getattr(payload, "user_id", "")
    return own or PERSON


def _state(examples: Path, kind: type, text: str) -> dict[str, Any]:
    """Somebody who is in every channel and workspace of which the sample speaks."""
    ids = [] if kind in COMING else sorted(set(ID.findall(text)))
    channel = to_wire(sample(examples, ChannelEvent, ChannelUpdated).channel_updated.channel)
    return {"channels": [{**channel, "id": id_, "lastSeq": 0} for id_ in ids], "workspaceIds": ids}


async def heard_of(hall: Hall, examples: Path, event_type: type[Event], kind: type) -> list[list[Any]]:
    """What the person hears of the sample, and somebody else who is there, without places in the stream."""
    event: Any = GONE if kind is Tombstone else sample(examples, event_type, kind)
    text = event.key if kind is Tombstone else json_format.MessageToJson(event)
    hall.state = _state(examples, kind, text)
    token = hall.tokens.token(_person(event), session_id=getattr(event, "session_id", None))
    person = await hall.admitted(token)
    hall.state = _state(examples, type(None), text)
    other = await hall.admitted(hall.tokens.token())
    await (hall.tell_gone(event_type, event.key) if kind is Tombstone else hall.tell(event))
    told: dict[str, list[Any]] = {}
    for guest in (person, other):
        for name, body, *_ in (json.loads(each[2:]) for each in guest.listen() if each.startswith("42")):
            told.setdefault(name, [name, body])
        guest.say("41")
    told.pop("offset", None)
    return list(told.values())


async def sections(hall: Hall, examples: Path) -> list[str]:
    lines = []
    for event_type, handlers in CONSUMES.items():
        for kind in handlers:
            source = f"{kind.__name__} of `{topic_of(event_type).name}`"
            for name, body in await heard_of(hall, examples, event_type, kind):
                lines.append(section(name, source, body))
    return lines + [section(*each) for each in PASSING]


def section(name: str, source: str, body: object) -> str:
    return f"\n## `{name}`\nFrom {source}.\n```json\n{json.dumps(body, indent=2, ensure_ascii=False)}\n```\n"


async def test_the_page_of_socket_events_says_what_a_client_hears(hall: Hall, pytestconfig: pytest.Config) -> None:
    root = pytestconfig.rootpath
    page = HEAD + "".join(await sections(hall, root / "proto/examples"))
    written = root / "docs/socket-events.md"
    if os.environ.get("NEXUS_WRITE_SOCKET_EVENTS"):
        written.write_text(page)
    assert written.read_text() == page, "run it with NEXUS_WRITE_SOCKET_EVENTS=1 and look at what changed"


def test_every_name_that_the_gateway_tells_is_on_the_page(pytestconfig: pytest.Config) -> None:
    root = pytestconfig.rootpath
    listed = set(re.findall(r"^## `(\S+)`$", (root / "docs/socket-events.md").read_text(), re.MULTILINE))
    source = "\n".join(path.read_text() for path in (root / "services/gateway/src").rglob("*.py"))
    told = set(re.findall(r"\"([a-z]+:[a-z]+)\"", source)) - set(HANDLERS) - {"nexus:typing"}
    assert told <= listed, told - listed
    assert len(listed) > 40


def test_every_event_a_client_may_send_is_in_the_readme(pytestconfig: pytest.Config) -> None:
    readme = (pytestconfig.rootpath / "services/gateway/README.md").read_text()
    assert [name for name in HANDLERS if f"`{name}`" not in readme] == []
