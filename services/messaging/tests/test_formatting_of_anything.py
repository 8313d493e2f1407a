"""Whatever is sent as formatted content is read in little time, and refused or canonical."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from documents import ADA, doc, node, of_words, text
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from messaging.formatting.checking import Refused, canonical
from messaging.formatting.forms import Forms, checked, of_text, references_of
from messaging.formatting.schema import MARKS, NODES
from messaging.formatting.writing import markdown

WORDS = st.text(st.sampled_from("ab가é*_~`[]<>()!#+-.:|\\&1"), min_size=1, max_size=8)
INLINE = st.one_of(
    st.builds(
        text,
        WORDS,
        st.sampled_from(["bold", "italic", "strike", "code"]),
        href=st.sampled_from([None, "https://a.example/x"]),
    ),
    WORDS.map(text),
    st.just(node("userMention", id=ADA)),
)
SPACED = st.lists(INLINE, min_size=1, max_size=6).map(
    lambda nodes: [each for one in nodes for each in (one, text(" "))]
)
BLOCKS = st.recursive(
    st.one_of(SPACED.map(lambda inline: node("paragraph", *inline)), WORDS.map(lambda code: node("codeBlock",
    text(code), language="c"))),
    lambda blocks: st.one_of(
        st.lists(blocks, min_size=1, max_size=3).map(lambda held: node("blockquote", *held)),
        st.lists(blocks, min_size=1, max_size=3).map(lambda held: node("bulletList", *(node("listItem",
        one) for one in held))),
        st.lists(blocks, min_size=1, max_size=3).map(lambda held: node("orderedList", *(node("listItem",
        one) for one in held), start=1)),
    ),
    max_leaves=6,
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(st.lists(BLOCKS, min_size=1, max_size=4).map(lambda blocks: doc(*blocks)))
def test_what_is_written_says_the_same_words_and_mentions(document: dict[str, Any]) -> None:
    forms = Forms(markdown(canonical(document)), canonical(document))
    again = of_text(forms.content)
    # In a text without formatting a backslash is a backslash: people write paths.
    assume(again.document is not None or "\\" not in forms.content)
    assert _words(again.plain_text or again.content) == _words(forms.plain_text or "")
    assert references_of(again) == references_of(forms)


@settings(max_examples=300, deadline=None)
@given(st.text(st.sampled_from("ab *_~`[]()<>!#+-\n\t.:\\&1>=|") | st.characters(), max_size=200))
def test_any_text_is_read_without_harm_and_settles(written: str) -> None:
    forms = of_text(written)
    if forms.document is not None:
        assert canonical(forms.document) == forms.document
        settled = of_text(markdown(forms.document))
        assert _words(settled.plain_text or settled.content) == _words(forms.plain_text or "")


ANYTHING: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(st.sampled_from(["type", "attrs", "content", "marks", "text", "href", "level", "x"]), inner,
    max_size=5),
    max_leaves=30,
)  # fmt: skip
NODE: st.SearchStrategy[Any] = st.fixed_dictionaries(
    {"type": st.sampled_from(["doc", *NODES])},
    optional={
        "content": st.deferred(lambda: st.lists(NODE, max_size=3) | ANYTHING),
        "attrs": ANYTHING,
        "text": st.text(max_size=5),
        "marks": st.lists(
            st.fixed_dictionaries({"type": st.sampled_from([*MARKS, "x"])}, optional={"attrs": ANYTHING})
        ),
    },
)


@settings(max_examples=300, deadline=None)
@given(ANYTHING | NODE | st.lists(NODE, max_size=4).map(lambda blocks: doc(*blocks)))
def test_whatever_is_sent_is_refused_or_canonical(value: Any) -> None:
    try:
        document = canonical(value)
    except Refused:
        return
    assert canonical(document) == document
    assert isinstance(markdown(document), str)


MANY: dict[str, Callable[[], Any]] = {
    "paragraphs": lambda: doc(*[node("paragraph", text("*a_b"))] * 2_499),
    "words": lambda: of_words(*(text("a*", "bold") if place % 2 else text("b", "italic") for place in range(4_990))),
    "links": lambda: of_words(*(text("a", "bold", href=f"https://a.example/{'x' * 2_000}") for _ in range(4_900))),
    "signs": lambda: of_words(text("*_`~[]<" * 5_000)),
    "fences": lambda: doc(node("codeBlock", text("`" * 39_000), language=None)),
    "elements": lambda: doc(*[1] * 1_000_000),
    "keys": lambda: {"type": "doc", "content": [], **dict.fromkeys(map(str, range(100_000)))},
    "levels": lambda: _nested(100_000),
    "attributes": lambda: doc({"type": "paragraph", "attrs": dict.fromkeys(map(str, range(100_000)))}),
}


@pytest.mark.parametrize("name", MANY)
def test_the_worst_document_is_read_in_a_moment(name: str) -> None:
    document = MANY[name]()

    def read() -> None:
        try:
            checked(document)
        except Refused:
            return

    assert _milliseconds(read) < 50


@pytest.mark.parametrize(
    "piece",
    [
        "[", "[a](", "*a ", "*a_ ", "**a*", "<", "<a:", "[x](<", "![[", "\\", ">", "> ", "- ", "1. ", "- a\n", "~~a",
        "_a ", "[[]]",
        "*_", ">a\n", "> \n\n", "***\n", "```\n", "# a\n", "[a](b", '[a](b "', "[*a", "a\n", "<a@b.c ", "` a` ",
        "> - ", "*\n",
        "https://a.example/( ", "https://", ":a:", "a:a", f"<@{ADA}>", "`", "``` ` ", "\u202e*", "*\t",
    ],
)  # fmt: skip
def test_the_worst_text_is_read_in_a_moment(piece: str) -> None:
    written = (piece * 40_000)[:40_000]
    assert _milliseconds(lambda: of_text(written)) < 50
    assert _milliseconds(lambda: of_text("*" + written)) < 50


def _nested(levels: int) -> Any:
    inner = node("paragraph")
    for _ in range(levels):
        inner = node("blockquote", inner)
    return doc(inner)


def _milliseconds(work: Callable[[], object]) -> float:
    """Of the processor's time, on a machine that is not busy: told by a piece of work that takes one there."""
    return min(_seconds(work) / _seconds(_a_millisecond) for _ in range(5))


def _a_millisecond() -> int:
    return sum(number * number % 7 for number in range(20_000))


def _seconds(work: Callable[[], object]) -> float:
    began = time.thread_time()
    work()
    return time.thread_time() - began


def _words(said: str) -> list[str]:
    return said.split()
