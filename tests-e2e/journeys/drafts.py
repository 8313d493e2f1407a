"""Messages as nobody may send them."""

from typing import Any
from uuid import uuid4

# What makes a good draft a bad one. Fields that only the server may set are unknown in a request.
BAD_DRAFTS: dict[str, dict[str, Any]] = {
    "an unknown field": {"colour": "red"},
    "its number": {"seq": 7},
    "its author": {"userId": str(uuid4())},
    "its time": {"createdAt": "2020-01-01T00:00:00.000Z"},
    "its id": {"id": str(uuid4())},
    "being pinned": {"isPinned": True},
    "being edited": {"isEdited": False},
    "its reactions": {"reactions": {"👍": []}},
    "a number as content": {"content": 7},
    "a list as content": {"content": ["hello"]},
    "null as content": {"content": None},
    "empty content": {"content": ""},
    "white space as content": {"content": " \n\t "},
    "content that is too long": {"content": "x" * 40_001},
    "a NUL character": {"content": "a\0b"},
    "half of a surrogate pair": {"content": "a\ud800b"},
    "an unknown content type": {"contentType": "system"},
    "a number as client id": {"clientMessageId": 7},
    "an empty client id": {"clientMessageId": ""},
    "a client id that is too long": {"clientMessageId": "x" * 65},
    "a NUL character in the client id": {"clientMessageId": "a\0b"},
    "half of a surrogate pair in the client id": {"clientMessageId": "a\udfffb"},
    "a parent that is no id": {"parentMessageId": "the one above"},
    "attachments that are no list": {"attachments": {"name": "a.png"}},
    "an attachment that is no object": {"attachments": ["a.png"]},
    "too many attachments": {"attachments": [{}] * 21},
    "an attachment that is too large": {"attachments": [{"name": "x" * 5_000}]},
    "a NUL character in an attachment": {"attachments": [{"name": "a\0b"}]},
    "half of a surrogate pair in an attachment": {"attachments": [{"name": "\ud800"}]},
}
