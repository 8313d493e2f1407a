"""A message's content has two forms that say the same: text, for whoever reads text, and the canonical document."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from chassis.database import dumps

from messaging.formatting import addresses
from messaging.formatting.checking import CHARACTERS, Refused, canonical
from messaging.formatting.reading import from_markdown
from messaging.formatting.schema import TOKENS, Node
from messaging.formatting.writing import markdown, plain_text
from messaging.mentions import references
from messaging.mentions.references import References

MOST_LINKS = 5


@dataclass(frozen=True, slots=True)
class Forms:
    """`document` is None where the text says it all."""

    content: str
    document: Node | None

    @property
    def formatted_content(self) -> str | None:
        """The document as JSON."""
        return dumps(self.document) if self.document else None

    @property
    def plain_text(self) -> str | None:
        """The words without formatting; None if they are the content."""
        return plain_text(self.document) if self.document else None


def of_text(content: str, content_type: str = "text") -> Forms:
    """What somebody wrote, in Markdown unless it is code."""
    return Forms(content, None if content_type == "code" else from_markdown(content))


def of_document(document: Node) -> Forms:
    """Both forms of a canonical document."""
    text = markdown(document)
    is_plain = text == plain_text(document) and from_markdown(text) is None
    return Forms(text, None if is_plain else document)


def of_body(content: str, document: Node | None, content_type: str) -> Forms:
    """Both forms of what a request says in one of them; the document is canonical."""
    return of_text(content, content_type) if document is None else of_document(document)


def checked(value: object) -> Node:
    """A document from outside in its canonical form; `Refused` if it is not as documented or says nothing."""
    document = canonical(value)
    text = markdown(document)
    if not text.strip():
        raise Refused(None, "says nothing")
    if len(text) > CHARACTERS:
        raise Refused(None, f"may have {CHARACTERS:,} characters as Markdown at the most")
    return document


def references_of(forms: Forms, content_type: str = "text") -> References:
    """Whom and what a message refers to."""
    if forms.document is None:
        return references.of(forms.content, content_type)
    found: dict[str, dict[str, None]] = {name: {} for name in TOKENS}
    for node in _nodes(forms.document):
        if node["type"] in found:
            found[node["type"]][node.get("attrs", {}).get("id", "")] = None
    users, groups, channels = (tuple(map(UUID, found[name])) for name in ("userMention", "groupMention", "channelLink"))
    return References(users, groups, channels, bool(found["channelMention"]), bool(found["hereMention"]))


def links(content: str, document: Node | None) -> list[str]:
    """The first http and https addresses that a message links to, outside of code."""
    if document is None and "://" not in content:
        return []
    found = _linked(document) if document else (href for _, _, href in addresses.bare(content))
    return list(dict.fromkeys(href for href in found if href.startswith("http")))[:MOST_LINKS]


def _linked(document: Node) -> Iterator[str]:
    for node in _nodes(document):
        marks = {mark["type"]: mark for mark in node.get("marks", ())}
        if "link" in marks and "code" not in marks:
            yield marks["link"]["attrs"]["href"]


def _nodes(document: Node) -> Iterator[Node]:
    waiting = [document]
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(reversed(node.get("content", ())))
