"""The JSON that clients get of contract messages."""

from datetime import UTC, datetime, timedelta, timezone

import orjson
from eventbus.wire import iso, to_wire
from hypothesis import given
from hypothesis import strategies as st
from nexus.messaging.v1.channel_event_pb2 import Channel, Message

MOMENTS = st.datetimes(datetime(1970, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))


def message(**fields: object) -> Message:
    return Message(id="m", channel_id="c", user_id="u", content="hello", content_type="text", **fields)


def test_names_are_camel_case_and_every_field_is_there() -> None:
    wire = to_wire(message(thread_reply_count=2, seq=7))
    assert {"channelId": "c", "threadReplyCount": 2, "isEdited": False, "content": "hello"}.items() <= wire.items()
    assert set(wire) == {field.json_name for field in Message.DESCRIPTOR.fields}


def test_what_is_optional_and_unset_is_null_and_what_is_set_to_nothing_is_nothing() -> None:
    wire = to_wire(message(client_message_id=""))
    assert (wire["parentMessageId"], wire["deletedAt"], wire["createdAt"]) == (None, None, None)
    assert wire["clientMessageId"] == ""


def test_fields_that_hold_json_appear_as_what_they_hold() -> None:
    wire = to_wire(message(attachments='[{"id":"f","size":9007199254740993}]', reactions='{"\N{PARTY POPPER}":["u"]}'))
    assert wire["attachments"] == [{"id": "f", "size": 9007199254740993}]
    assert wire["reactions"] == {"\N{PARTY POPPER}": ["u"]}
    assert wire["formattedContent"] is None


@given(seq=st.integers(-(2**63), 2**63 - 1))
def test_64_bit_numbers_are_numbers(seq: int) -> None:
    assert orjson.loads(orjson.dumps(to_wire(message(seq=seq))))["seq"] == seq


@given(moment=MOMENTS)
def test_times_are_utc_with_milliseconds_however_they_were_set(moment: datetime) -> None:
    written = message()
    written.created_at.FromDatetime(moment)
    assert to_wire(written)["createdAt"] == iso(moment)
    assert datetime.fromisoformat(iso(moment)) == moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    assert iso(moment.astimezone(timezone(timedelta(hours=9)))) == iso(moment)


def test_a_channel_lists_its_members_and_nests() -> None:
    assert to_wire(Channel(id="c", member_ids=["a", "b"]))["memberIds"] == ["a", "b"]
    assert to_wire(Channel(id="c"))["memberIds"] == []


@given(st.builds(message, reactions=st.just("{}"), formatted_content=st.sampled_from(['{"a":null}', "[]"])))
def test_all_of_it_is_json(written: Message) -> None:
    assert orjson.loads(orjson.dumps(to_wire(written))) == to_wire(written)
