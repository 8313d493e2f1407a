"""Names are data: whatever they hold, they are shown as one harmless line."""

import unicodedata

import pytest
from files import names


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("plan.pdf", "plan.pdf"),
        ("../../etc/passwd", "passwd"),
        ("/etc/shadow", "shadow"),
        ("C:\\Windows\\system32\\calc.exe", "calc.exe"),
        ("..", "file"),
        (".", "file"),
        ("", "file"),
        ("   ", "file"),
        ("a\x00b.txt", "ab.txt"),
        ("a\r\nSet-Cookie: x.txt", "aSet-Cookie: x.txt"),
        ("\u202egpj.exe", "gpj.exe"),
        ("\u2066inv\u2069oice.pdf", "invoice.pdf"),
        ("trailing. . .", "trailing"),
        ("\ufeffbom.txt", "bom.txt"),
        (" two   spaces .txt", "two spaces .txt"),
        (".bashrc", ".bashrc"),
        ("보고서.hwp", "보고서.hwp"),
        ("👩\u200d👧.png", "👩\u200d👧.png"),
        ("half\ud800.txt", "half.txt"),
    ],
)
def test_a_name_is_the_last_part_of_what_was_given_without_what_is_not_seen(given: str, kept: str) -> None:
    assert names.clean(given) == kept


def test_one_name_has_one_form() -> None:
    composed, apart = "café.txt", unicodedata.normalize("NFD", "café.txt")
    assert composed != apart
    assert names.clean(apart) == names.clean(composed) == composed


@pytest.mark.parametrize(
    "given", ["x" * 900, "가" * 300 + ".docx", "a." + "b" * 400, "." * 400, "é" * 127 + "é" + ".pdf"]
)
def test_a_name_has_255_bytes_at_the_most_and_keeps_its_ending(given: str) -> None:
    kept = names.clean(given)
    assert 0 < len(kept.encode()) <= 255
    ending = given.rpartition(".")[2]
    assert kept.endswith(ending) or len(ending) > 32 or set(given) == {"."}
    assert names.clean(kept) == kept


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("text/plain; charset=utf-8", "text/plain"),
        ("IMAGE/PNG", "image/png"),
        (None, "application/octet-stream"),
        ("", "application/octet-stream"),
        ("text/html\r\nX: y", "application/octet-stream"),
        ("../x", "application/octet-stream"),
        ("a/" + "b" * 200, "application/octet-stream"),
    ],
)
def test_a_type_that_is_none_is_bytes(given: str | None, kept: str) -> None:
    assert names.declared_type(given) == kept
