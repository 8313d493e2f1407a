"""Formatted content has one form, whoever writes it and however; what is not known is refused."""

from typing import Any
from uuid import UUID

import pytest
from documents import ADA, doc, node, of_words, text
from messaging.formatting.checking import MOST_NODES, Refused, canonical
from messaging.formatting.forms import Forms, checked, links, of_document, of_text, references_of
from messaging.formatting.writing import plain_text
from messaging.mentions import references

JAVASCRIPT = (
    "javascript:alert(1)", "JaVaScRiPt:alert(1)", "java\nscript:alert(1)", "\tjavascript:alert(1)",
    "javascript&colon;alert(1)",
    "\x01javascript:alert(1)", "javascript\u200b:alert(1)", "data:text/html,x", "vbscript:x", "file:///etc/passwd",
    "//a.example",
    "https:javascript:alert(1)", "https://", "https:///x", "http://a.example\\@b.example",
    "https://a.example/\u202egnp.exe",
    "https://ada:word@a.example/", "https://a.example/ x", "https://a.example/\x00", "http://[a.example/",
    "blob:https://a.example",
    "feed:javascript:alert(1)", "mailto:", "", "ftp://a.example", "https://a.example/\"onclick=",
    "https://a.example/" + "x" * 2_048,
)  # fmt: skip


@pytest.mark.parametrize(
    ("written", "document"),
    [
        ("**bold** *it* _it_ ~~gone~~ `code`", of_words(
            text("bold", "bold"), text(" "), text("it", "italic"), text(" "), text("it", "italic"), text(" "),
            text("gone", "strike"), text(" "), text("code", "code"))),
        ("# One\n#### Four", doc(node("heading", text("One"), level=1), node("heading", text("Four"), level=3))),
        ("> said\n> twice", doc(node("blockquote", node("paragraph", text("said"), node("hardBreak"), text("twice"))))),
        ("- a\n- b", doc(node("bulletList", *(node("listItem", node("paragraph", text(word))) for word in "ab")))),
        ("3. c", doc(node("orderedList", node("listItem", node("paragraph", text("c"))), start=3))),
        ("```Python 3\nx = '<b>'\n```", doc(node("codeBlock", text("x = '<b>'"), language="python"))),
        ("~~~what?\n**x**\n~~~", doc(node("codeBlock", text("**x**"), language=None))),
        ("**a**\n\n---", doc(node("paragraph", text("a", "bold")), node("horizontalRule"))),
        ("[here](https://a.example/x)", of_words(text("here", href="https://a.example/x"))),
        ("[https://a.example](https://a.example)", of_words(text("https://a.example", href="https://a.example"))),
        ("<https://a.example/x>", of_words(text("https://a.example/x", href="https://a.example/x"))),
        ("**b** https://a.example/x_(y).", of_words(
            text("b", "bold"), text(" "), text("https://a.example/x_(y)", href="https://a.example/x_(y)"), text("."))),
        (f"**hi** <@{ADA.upper()}> <!group:{ADA}> <!here> <!channel> <#{ADA}>", of_words(
            text("hi", "bold"), text(" "), node("userMention", id=ADA), text(" "), node("groupMention", id=ADA),
            text(" "),
            node("hereMention"), text(" "), node("channelMention"), text(" "), node("channelLink", id=ADA))),
        ("*at* 10:30:45 :+1: :party-parrot:", of_words(
            text("at", "italic"), text(" 10:30:45 "), node("emoji", name="+1"), text(" "), node("emoji",
            name="party-parrot"))),
        (f"**<@{ADA}>** *:tada:*", of_words(
            {**node("userMention", id=ADA), "marks": [{"type": "bold"}]}, text(" "),
            {**node("emoji", name="tada"), "marks": [{"type": "italic"}]})),
        ("*at* 1:100:2 :100: :--:", of_words(
            text("at", "italic"), text(" 1:100:2 "), node("emoji", name="100"), text(" :--:"))),
        (r"\*as it is\*", of_words(text("*as it is*"))),
        ("<b>**x**</b> &amp; &lt;", of_words(text("<b>"), text("x", "bold"), text("</b> &amp; &lt;"))),
    ],
)  # fmt: skip
def test_markdown_becomes_the_canonical_form(written: str, document: dict[str, Any]) -> None:
    assert of_text(written).document == canonical(document)


@pytest.mark.parametrize(
    "plain",
    [
        "hello", "two\n\nparagraphs", "2 * 3 * 4", "snake_case_name", "-", "1.", "#", "#channel", "---", "+1",
        "10:30", "see https://a.example/x_y", "C:\\path\\x.txt", "\\\\server\\share", "a < b > c", "**", "[x]",
        "*unclosed", "```", "```py", "# ", "~~~\n\n~~~",
        f"<@{ADA}> is here", ":smile:", "    indented", "a\n===", "&nbsp; <b>", "![", "~20 people",
    ],
)  # fmt: skip
def test_plain_words_have_no_formatting(plain: str) -> None:
    assert of_text(plain) == Forms(plain, None)


def test_code_is_not_read_as_markdown() -> None:
    assert of_text("**x**", "code").document is None


def test_emoji_side_by_side_are_emoji() -> None:
    document = canonical(of_words(node("emoji", name="tada"), node("emoji", name="+1"), text(" "), text("so", "bold")))
    assert of_text(of_document(document).content).document == document
    assert of_text("**so** std::vector::x :a::b:c").document == canonical(
        of_words(text("so", "bold"), text(" std::vector::x :a::b:c"))
    )


def test_what_is_set_apart_within_a_word_is_so_in_every_script() -> None:
    document = canonical(of_words(text("हिन", "italic"), text("्दी "), text("x", "italic"), text("\U00018cd6")))
    assert of_text(of_document(document).content).document == document


@pytest.mark.parametrize("href", JAVASCRIPT)
def test_no_link_leads_to_anything_but_the_web_and_mail(href: str) -> None:
    with pytest.raises(Refused) as fault:
        canonical(of_words(text("x", href=href)))
    assert fault.value.path == "content.0.content.0.marks.0.attrs.href"
    for written in (f"**b** [x]({href})", f"**b** [x](<{href}>)", f"**b** <{href}>", f"**b** {href}"):
        found = [mark["attrs"]["href"] for mark in _marks(of_text(written).document) if mark["type"] == "link"]
        assert all(link.startswith(("https://a.example", "http://a.example")) for link in found), found


@pytest.mark.parametrize(
    "href", ["https://a.example", "HTTP://A.example:8080/x?q=(1)#y", "mailto:ada@a.example", "https://예시.example/가"]
)
def test_links_to_the_web_and_mail_are_kept(href: str) -> None:
    (mark,) = _marks(canonical(of_words(text("x", href=href))))
    assert mark["attrs"]["href"].lower() == href.lower()


@pytest.mark.parametrize(
    ("document", "path"),
    [
        (None, ""),
        ([], ""),
        ({}, "type"),
        ({"type": "doc"}, "content"),
        ({"type": "doc", "content": []}, "content"),
        ({**of_words(text("x")), "attrs": {}}, "attrs"),
        (doc("x"), "content.0"),
        (doc({"type": "script", "content": [text("x")]}), "content.0.type"),
        (doc({"type": ["paragraph"]}), "content.0.type"),
        (doc(node("paragraph", text("x"), style="x")), "content.0.attrs.style"),
        (doc({**node("paragraph", text("x")), "onclick": "x"}), "content.0.onclick"),
        (doc(text("x")), "content.0"),
        (doc(node("listItem", node("paragraph"))), "content.0"),
        (doc(node("bulletList", node("paragraph"))), "content.0.content.0"),
        (doc(node("bulletList")), "content.0.content"),
        (doc(node("blockquote")), "content.0.content"),
        (doc(node("heading", text("x"))), "content.0.attrs.level"),
        (doc(node("heading", text("x"), level=4)), "content.0.attrs.level"),
        (doc(node("heading", text("x"), level=True)), "content.0.attrs.level"),
        (doc(node("orderedList", node("listItem", node("paragraph")), start=-1)), "content.0.attrs.start"),
        (doc(node("codeBlock", text("x"), language="c sharp")), "content.0.attrs.language"),
        (doc(node("codeBlock", text("x"), language="x" * 33)), "content.0.attrs.language"),
        (doc(node("codeBlock", text("x", "bold"))), "content.0.content.0.marks"),
        (doc(node("codeBlock", node("hardBreak"))), "content.0.content.0"),
        (doc(node("horizontalRule", text("x"))), "content.0.content"),
        (of_words({"type": "text"}), "content.0.content.0.text"),
        (of_words(text("")), "content.0.content.0.text"),
        (of_words(text("a\nb")), "content.0.content.0.text"),
        (of_words(text("a\x00b")), "content.0.content.0.text"),
        (of_words(text("\ud800")), "content.0.content.0.text"),
        (of_words({"type": "hardBreak", "text": "x"}), "content.0.content.0.text"),
        (of_words(text("x", "blink")), "content.0.content.0.marks.0.type"),
        (of_words(text("x", "bold", "bold")), "content.0.content.0.marks.1"),
        (of_words(text("x", *["bold"] * 7)), "content.0.content.0.marks"),
        (of_words({"type": "text", "text": "x", "marks": [{"type": "link", "attrs": {"href": "https://a.example",
        "target": "_top"}}]}),
            "content.0.content.0.marks.0.attrs.target"),
        (of_words({"type": "text", "text": "x", "marks": "bold"}), "content.0.content.0.marks"),
        (of_words(node("userMention")), "content.0.content.0.attrs.id"),
        (of_words(node("userMention", id="ada")), "content.0.content.0.attrs.id"),
        (of_words(node("userMention", id="x" * 36)), "content.0.content.0.attrs.id"),
        (of_words(node("emoji", name="<b>")), "content.0.content.0.attrs.name"),
        (doc(*[node("paragraph")] * (MOST_NODES + 1)), "content"),
        (doc(*[node("paragraph", text("x"))] * (MOST_NODES // 2 + 1)), ""),
        (of_words(text("x" * 20_001), node("hardBreak"), text("x" * 20_000)), ""),
        (of_words(text("x" * 40_001)), "content.0.content.0.text"),
    ],
)  # fmt: skip
def test_what_is_not_known_is_refused_where_it_is(document: Any, path: str) -> None:
    with pytest.raises(Refused) as fault:
        canonical(document)
    assert fault.value.path == path


@pytest.mark.parametrize(("levels", "fits"), [(18, True), (19, False), (100_000, False)])
def test_a_document_is_twenty_levels_deep_at_the_most(levels: int, fits: bool) -> None:
    inner = node("paragraph", text("x"))
    for _ in range(levels):
        inner = node("blockquote", inner)
    if fits:
        assert checked(doc(inner))
    else:
        with pytest.raises(Refused, match="deeper"):
            checked(doc(inner))


def test_what_nobody_sees_and_what_turns_text_around_is_dropped() -> None:
    shown = canonical(of_words(text("a\x1b[31m\u202egnp\u2066.exe\u2069\x07"), text("\u202e")))
    assert plain_text(shown) == "a[31mgnp.exe"
    assert plain_text(canonical(doc(node("codeBlock", text("a\r\n\tb\rc\u202e"))))) == "a\n\tb\nc"


def test_marks_have_one_order_and_neighbours_with_the_same_are_one() -> None:
    one = canonical(of_words(text("a", "code", "italic", "bold"), text("b", "bold", "code", "italic"), text("c")))
    assert one == of_words(text("ab", "bold", "italic", "code"), text("c"))
    assert canonical(one) == one


@pytest.mark.parametrize(
    "empty", [doc(node("paragraph")), of_words(node("hardBreak")), of_words(text(" ")), of_words(text("\u202e"))]
)
def test_a_document_that_says_nothing_is_refused(empty: dict[str, Any]) -> None:
    with pytest.raises(Refused, match="says nothing"):
        checked(empty)


def test_a_document_without_formatting_is_plain_text() -> None:
    assert of_document(checked(of_words(text("a_b, 2 * 3"), node("hardBreak"), text("there")))) == Forms(
        "a_b, 2 * 3\nthere", None
    )
    literal = of_document(checked(of_words(text("*as it is*"))))
    assert literal.document is not None
    assert (literal.content, literal.plain_text) == (r"\*as it is\*", "*as it is*")


@pytest.mark.parametrize(
    ("document", "written"),
    [
        (of_words(text("a ", "bold"), text("b", "bold", "italic"), text(" c")), "**a _b_** c"),
        (of_words(text("un"), text("believ", "italic"), text("able")), "un*believ*able"),
        (of_words(text("see "), text("this [1]", href="https://a.example/(x)")),
        r"see [this \[1\]](<https://a.example/(x)>)"),
        (of_words(text("a`b", "code"), text(" `")), r"``a`b`` \`"),
        (of_words(text("1. no list")), r"1\. no list"),
        (of_words(text("# no heading"), node("hardBreak"), text("- no item"), node("hardBreak"), text("> no quote")),
            "\\# no heading\n\\- no item\n\\> no quote"),
        (of_words(text(f"<@{ADA}> "), node("userMention", id=ADA)), rf"\<@{ADA}> <@{ADA}>"),
        (doc(node("codeBlock", text("```\nx"), language="md")), "````md\n```\nx\n````"),
        (doc(node("bulletList", node("listItem", node("paragraph", text("a")), node("codeBlock", text("x"),
        language=None)))),
            "- a\n\n  ```\n  x\n  ```"),
        (doc(*[node("bulletList", node("listItem", node("paragraph", text(word)))) for word in "ab"]), "- a\n\n* b"),
        (doc(node("heading", text("C #"), level=2)), r"## C \#"),
    ],
)  # fmt: skip
def test_a_document_is_written_as_markdown_that_reads_the_same(document: dict[str, Any], written: str) -> None:
    assert of_document(checked(document)).content == written
    assert (of_text(written).document or of_document(checked(document)).document) == canonical(document)


def test_nobody_is_mentioned_in_code_however_it_is_nested() -> None:
    written = f"- ```\n  <@{ADA}>\n  ```\n- **for** <!here>"
    assert references_of(of_text(written)) == references.References(here=True)
    assert references_of(of_text(f"**hi** <@{ADA}>")).user_ids == (UUID(ADA),)


def test_links_are_found_outside_of_code_each_once_and_five_at_the_most() -> None:
    assert links("see https://a.example/x, https://a.example/x and http://b.example.", None) == [
        "https://a.example/x",
        "http://b.example",
    ]
    assert links(" ".join(f"https://a.example/{place}" for place in range(9)), None) == [
        f"https://a.example/{place}" for place in range(5)
    ]
    written = "`https://no.example` [x](https://a.example) mailto:ada@a.example https://b.example\n```\nhttps://no.example\n```"
    assert links(written, of_text(written).document) == ["https://a.example", "https://b.example"]


def _marks(document: dict[str, Any] | None) -> list[Any]:
    waiting, marks = [document or {}], []
    while waiting:
        here = waiting.pop()
        marks += here.get("marks", [])
        waiting += here.get("content", [])
    return marks
