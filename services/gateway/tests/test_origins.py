"""Which pages may open a socket."""

import pytest
from gateway.origins import OriginRule

RULE = OriginRule(frozenset({"https://app.example.com"}))


@pytest.mark.parametrize(
    ("origin", "host", "admitted"),
    [
        (None, "chat.example.com", True),
        ("https://app.example.com", "chat.example.com", True),
        ("https://chat.example.com", "chat.example.com", True),
        ("http://127.0.0.1:8080", "127.0.0.1:8080", True),
        ("https://evil.example.com", "chat.example.com", False),
        ("https://chat.example.com.evil.com", "chat.example.com", False),
        ("http://127.0.0.1:8081", "127.0.0.1:8080", False),
        ("https://APP.example.com/", "chat.example.com", False),
        ("null", "chat.example.com", False),
        ("", "", False),
        ("https://", None, False),
        ("http://[", "[", False),
    ],
)
def test_only_listed_pages_and_our_own_may_open_a_socket(origin: str | None, host: str | None, admitted: bool) -> None:
    assert RULE.admits(origin, host) is admitted
