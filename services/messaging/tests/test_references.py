"""Whom and what a text refers to, and where it does not."""

import time
from uuid import UUID

import pytest
from messaging.mentions import references
from messaging.mentions.references import References

ADA, BOB = UUID("0199a1c3-0134-7c53-9e76-4b8daf3f6c03"), UUID("0199a1c3-1246-7d64-af87-5c9eb04a7d04")
A, B = f"<@{ADA}>", f"<@{BOB}>"


def test_each_mark_is_read_once_and_in_order() -> None:
    text = f"{B} and {A}, <!group:{ADA}> <!here>! <!channel>, see <#{BOB}>. {B.upper()}"
    assert references.of(text) == References((BOB, ADA), (ADA,), (BOB,), everyone=True, here=True)


@pytest.mark.parametrize(
    "text",
    [
        "", "a < b > c", "@ada", "<@ada>", f"<@{ADA}", f"< @{ADA}>", f"<@{ADA} >", f"<{ADA}>", f"<!{ADA}>",
        f"<!group {ADA}>", "<!everyone>", "<!HERE>", "<!here >", f"<@{ADA.hex}>", f"\\{A}", f"\\\\\\{A}",
    ],
)  # fmt: skip
def test_what_is_no_mark_refers_to_nothing(text: str) -> None:
    assert references.of(text) == references.NONE


@pytest.mark.parametrize(
    "text",
    [
        f"`{A}`", f"``{A} ` {B}``", f"a `b\n{A}` c", f"`a\\` {B} `{A}`", f"```\n{A}\n```",
        f"```python\n{A}\n\n{B}\n````\n{B}",
        f"```\n{A}\n~~~\n{B}", f"~~~~\n{A}\n~~~\n{B}\n~~~~\n", f"   ```\n{A}\n   ```", f"```\n{A}\n``` no end\n{B}",
    ],
)  # fmt: skip
def test_code_refers_to_nobody(text: str) -> None:
    assert ADA not in references.of(text).user_ids
    assert not references.of(text.replace(A, "<!channel>")).everyone


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"`code` {A} `code`", (ADA,)),
        (f"one ` alone {A}", (ADA,)),
        (f"two `` of {A} ` other lengths", (ADA,)),
        (f"a stray `\n\n{A}\n\n` in another paragraph", (ADA,)),
        (f"```\ncode\n```\n{A}", (ADA,)),
        (f"~~~\ncode\n~~~\n{A} `{B}`", (ADA,)),
        (f"``` not a fence ``` {A}", (ADA,)),
        (f"text ```\n{A}", (ADA,)),
        (f"\\`{A}\\`", (ADA,)),
        (f"\\\\{A}", (ADA,)),
        (f"**{A}**, [{B}](https://example.com)", (ADA, BOB)),
    ],
)
def test_around_code_everything_counts(text: str, found: tuple[UUID, ...]) -> None:
    assert references.of(text).user_ids == found


def test_a_message_that_is_code_refers_to_nobody() -> None:
    assert references.of(f"{A} <!channel>", "code") == references.NONE


@pytest.mark.parametrize("piece", ["`" * 3 + "x", "`", "`a``b```c", "\\", "<@", "```\n", "~~~\n`\n\n", f"<@{ADA}`"])
def test_the_worst_text_is_read_in_a_moment(piece: str) -> None:
    began = time.process_time()
    references.of("<" + (piece * 40_000)[:40_000])
    assert time.process_time() - began < 5
