"""Which bytes a request asks for, line by line of RFC 9110."""

import pytest
from files.content import ranges
from files.content.ranges import Span, Unsatisfiable

ETAG = '"abc"'


@pytest.mark.parametrize(
    ("asked", "span"),
    [
        ("bytes=0-0", (0, 1)),
        ("bytes=0-", (0, 10)),
        ("bytes=0-9", (0, 10)),
        ("bytes=0-99", (0, 10)),
        ("bytes=4-7", (4, 8)),
        ("Bytes=4-7", (4, 8)),
        ("bytes=-3", (7, 10)),
        ("bytes=-99", (0, 10)),
        ("bytes=9-", (9, 10)),
    ],
)
def test_one_range_is_answered_with_it(asked: str, span: tuple[int, int]) -> None:
    found = ranges.asked({"range": asked}, ETAG, 10)
    assert found == Span(*span, 10)
    assert found.content_range == f"bytes {span[0]}-{span[1] - 1}/10"
    assert found.length == span[1] - span[0]


@pytest.mark.parametrize(
    "asked",
    [
        "", "bytes=", "bytes=-", "bytes=a-b", "bytes=7-4", "bytes=0-1,3-4", "items=0-1", "bytes 0-1", "bytes=٣-٤",
        "bytes=0-" + "9" * 30,
    ],
)  # fmt: skip
def test_what_is_no_single_range_is_ignored(asked: str) -> None:
    assert ranges.asked({"range": asked}, ETAG, 10) is None


@pytest.mark.parametrize(("asked", "size"), [("bytes=10-", 10), ("bytes=10-20", 10), ("bytes=-0", 10), ("bytes=0-", 0)])
def test_a_range_behind_the_end_cannot_be_answered(asked: str, size: int) -> None:
    with pytest.raises(Unsatisfiable):
        ranges.asked({"range": asked}, ETAG, size)


def test_a_range_of_what_has_changed_since_is_ignored() -> None:
    asked = {"range": "bytes=4-7"}
    assert ranges.asked({**asked, "if-range": ETAG}, ETAG, 10) == Span(4, 8, 10)
    for other in ('"other"', f"W/{ETAG}", "Sat, 21 Nov 2026 10:00:00 GMT"):
        assert ranges.asked({**asked, "if-range": other}, ETAG, 10) is None


@pytest.mark.parametrize(
    ("said", "is_known"),
    [
        ('"abc"', True),
        ('W/"abc"', True),
        ('"x", "abc"', True),
        ("*", True),
        ('"x"', False),
        ("", False),
        ("abc", False),
    ],
)
def test_what_the_client_has_is_not_sent_again(said: str, is_known: bool) -> None:
    assert ranges.is_known({"if-none-match": said}, ETAG) is is_known
