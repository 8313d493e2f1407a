"""The bytes of frames and payloads, table by table."""

import pytest
from gateway.frames import BINARY, Encoded, ProtocolError, RawBinary, join_payload, split_payload, websocket_frame


@pytest.mark.parametrize(
    ("size", "head"),
    [
        (0, b"\x81\x00"),
        (125, b"\x81\x7d"),
        (126, b"\x81\x7e\x00\x7e"),
        (65_535, b"\x81\x7e\xff\xff"),
        (65_536, b"\x81\x7f\x00\x00\x00\x00\x00\x01\x00\x00"),
    ],
)
def test_a_server_frame_is_unmasked_and_says_its_length_in_the_shortest_way(size: int, head: bytes) -> None:
    assert websocket_frame(b"x" * size) == head + b"x" * size


def test_text_is_framed_as_utf8_and_binary_with_its_own_opcode() -> None:
    assert websocket_frame("é") == b"\x81\x02\xc3\xa9"
    assert websocket_frame(b"\x00\xff", BINARY) == b"\x82\x02\x00\xff"


def test_a_message_with_attachments_is_one_piece_on_either_transport() -> None:
    message = Encoded(b"451-[]", (b"\x01\x02",))
    assert message.frame == b"\x81\x06451-[]" + b"\x82\x02\x01\x02"
    assert message.payload == b"451-[]\x1ebAQI="
    assert message.size == len(message.frame)


def test_packets_of_a_payload_are_parted_by_the_record_separator() -> None:
    body = join_payload([Encoded(b"4hello"), RawBinary(b"\x01\x02\x03\x04"), Encoded(b"2")])
    assert body == b"4hello\x1ebAQIDBA==\x1e2"
    assert list(split_payload(body)) == ["4hello", b"\x01\x02\x03\x04", "2"]


@pytest.mark.parametrize("body", [b"\xff\xfe", b"4\xed\xa0\x80", b"bAQ=", b"b!!!!", "bé".encode()])
def test_a_payload_that_is_not_text_or_not_base64_is_refused(body: bytes) -> None:
    with pytest.raises(ProtocolError):
        list(split_payload(body))
