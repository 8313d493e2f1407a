"""Socket.IO packets: what is written, what is read back, and what is refused."""

import pytest
from gateway.frames import ProtocolError
from gateway.packets import (
    Decoder,
    Json,
    Kind,
    decode,
    encode_ack,
    encode_connect,
    encode_connect_error,
    encode_disconnect,
    encode_event,
)
from hypothesis import given
from hypothesis import strategies as st

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abc", max_size=3), inner, max_size=4),
    max_leaves=12,
)


def test_what_the_server_says_is_written_as_the_protocol_shows() -> None:
    assert encode_event("/", "message-back", 1, "2", {"3": [True]}).payload == b'42["message-back",1,"2",{"3":[true]}]'
    assert encode_event("/custom", "auth", {}).payload == b'42/custom,["auth",{}]'
    assert encode_ack("/", 456, 1, {"3": [False]}).payload == b'43456[1,{"3":[false]}]'
    assert encode_connect("/", "abc").payload == b'40{"sid":"abc"}'
    assert encode_connect("/custom", "abc").payload == b'40/custom,{"sid":"abc"}'
    assert encode_connect_error("/random", "Invalid namespace").payload == b'44/random,{"message":"Invalid namespace"}'
    assert encode_connect_error("/", "no", {"type": "x"}).payload == b'44{"message":"no","data":{"type":"x"}}'
    assert encode_disconnect("/").payload == b"41"
    assert encode_disconnect("/custom").payload == b"41/custom,"


def test_bytes_travel_beside_the_event_in_the_order_of_their_placeholders() -> None:
    event = encode_event("/", "image", b"\x01", {"inner": [b"\x02"]})
    text, first, second = event.payload.split(b"\x1e")
    assert text == b'452-["image",{"_placeholder":true,"num":0},{"inner":[{"_placeholder":true,"num":1}]}]'
    assert (first, second) == (b"bAQ==", b"bAg==")
    assert encode_ack("/", 7, b"\x01").payload.startswith(b'461-7[{"_placeholder":true,"num":0}]')


@pytest.mark.parametrize("value", [object(), "\ud800", {1: 2}, 2**70])
def test_what_cannot_travel_is_the_callers_mistake(value: object) -> None:
    with pytest.raises(TypeError):
        encode_event("/", "event", value)


@given(st.lists(JSON, max_size=4), st.sampled_from(["/", "/custom"]))
def test_an_event_is_read_back_as_it_was_written(args: list[Json], namespace: str) -> None:
    packet = decode(encode_event(namespace, "name", *args).payload.decode()[1:])
    assert (packet.kind, packet.namespace, packet.event()) == (Kind.EVENT, namespace, ("name", args))


@pytest.mark.parametrize(
    ("text", "kind", "namespace", "ack_id", "data"),
    [
        ("0", Kind.CONNECT, "/", None, None),
        ('0{"token":"123"}', Kind.CONNECT, "/", None, {"token": "123"}),
        ("0/custom", Kind.CONNECT, "/custom", None, None),
        ("0/custom,", Kind.CONNECT, "/custom", None, None),
        ('0/custom,{"a":1}', Kind.CONNECT, "/custom", None, {"a": 1}),
        ("1", Kind.DISCONNECT, "/", None, None),
        ("1/custom,", Kind.DISCONNECT, "/custom", None, None),
        ('2["a"]', Kind.EVENT, "/", None, ["a"]),
        ('2/admin,13["a",2]', Kind.EVENT, "/admin", 13, ["a", 2]),
        ("30[]", Kind.ACK, "/", 0, []),
    ],
)
def test_a_packet_is_read(text: str, kind: Kind, namespace: str, ack_id: int | None, data: Json) -> None:
    packet = decode(text)
    assert (packet.kind, packet.namespace, packet.ack_id, packet.data) == (kind, namespace, ack_id, data)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "abc",
        "7",
        "²[]",  # a digit in Unicode only
        "0[]",
        "0null",
        "1[]",
        "2",
        "2{}",
        "2[]",
        '2[1,"a"]',
        '2["connect"]',
        '2["disconnect"]',
        '2abc["a"]',
        '21234567890123456["a"]',
        '2["a"',
        '2["a"] ["b"]',
        '2["a",NaN]',
        '2["a",Infinity]',
        '2-1["a"]',
        '52["a"]',
        "3[]",
        "31{}",
        '4{"message":"no"}',
        '5["a"]',
        '5-["a"]',
        '512345-["a"]',
        "2/" + "n" * 300 + ',["a"]',
        '2["a",' + "[" * 5_000 + "]" * 5_000 + "]",
        '2["a\u0007"]',
    ],
)
def test_a_malformed_packet_is_refused_with_a_reason(text: str) -> None:
    with pytest.raises(ProtocolError, match=r"\w+"):
        decode(text)


def test_half_an_emoji_is_a_flaw_of_the_event_and_not_a_broken_client() -> None:
    packet = decode(r'27["message:send",{"content":"\ud83d"}]')
    assert packet.flaw is not None
    assert (packet.event()[0], packet.ack_id) == ("message:send", 7)


def test_attachments_find_their_places_however_deep() -> None:
    decoder = Decoder(max_attachments=2, max_bytes=10)
    assert decoder.feed('52-3["a",{"x":[{"_placeholder":true,"num":1}]},{"_placeholder":true,"num":0}]') is None
    assert decoder.feed(b"\x01") is None
    packet = decoder.feed(b"\x02")
    assert packet is not None
    assert packet.data == ["a", {"x": [b"\x02"]}, b"\x01"]
    assert decoder.feed('2["b"]') is not None


@pytest.mark.parametrize(
    "messages",
    [
        (b"\x01",),
        ('53-["a"]',),
        ('51-["a"]', '2["b"]'),
        ('52-["a"]', b"12345", b"123456"),
        ('51-["a",{"_placeholder":true,"num":1}]', b"1"),
        ('51-["a",{"_placeholder":true,"num":-1}]', b"1"),
        ('51-["a",{"_placeholder":true,"num":true}]', b"1"),
        ('51-["a",{"_placeholder":true}]', b"1"),
    ],
)
def test_attachments_that_do_not_fit_are_refused(messages: tuple[str | bytes, ...]) -> None:
    decoder = Decoder(max_attachments=2, max_bytes=10)
    *earlier, last = messages
    assert [decoder.feed(message) for message in earlier] == [None] * len(earlier)
    with pytest.raises(ProtocolError):
        decoder.feed(last)
