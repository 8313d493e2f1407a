"""Documents of formatted content, in few words."""

from typing import Any

ADA = "0199a1c3-0134-7c53-9e76-4b8daf3f6c03"


def text(words: str, *marks: str, href: str | None = None) -> dict[str, Any]:
    set_ = [{"type": mark} for mark in marks] + (
        [{"type": "link", "attrs": {"href": href}}] if href is not None else []
    )
    return {"type": "text", "text": words, **({"marks": set_} if set_ else {})}


def node(kind: str, *content: Any, **attributes: Any) -> dict[str, Any]:
    made = {"type": kind, "attrs": attributes} if attributes else {"type": kind}
    return {**made, "content": list(content)} if content else made


def doc(*blocks: Any) -> dict[str, Any]:
    return node("doc", *blocks)


def of_words(*inline: Any) -> dict[str, Any]:
    return doc(node("paragraph", *inline))
