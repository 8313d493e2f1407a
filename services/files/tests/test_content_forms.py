"""What a browser may show, and with what it is kept harmless: a table of types."""

import re

import pytest
from files.content import forms
from files.content.forms import Form


def _of(media_type: str, is_ours: bool = False, inline: bool = True) -> dict[str, str]:
    return forms.headers(Form(media_type, is_ours, "name.bin"), inline=inline)


@pytest.mark.parametrize("inline", [True, False])
@pytest.mark.parametrize("is_ours", [True, False])
@pytest.mark.parametrize("media_type", ["image/png", "image/svg+xml", "text/html", "application/pdf", "x", ""])
def test_every_answer_is_bound(media_type: str, is_ours: bool, inline: bool) -> None:
    told = _of(media_type, is_ours, inline)
    assert told["X-Content-Type-Options"] == "nosniff"
    assert told["Referrer-Policy"] == "no-referrer"
    policy = told["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "allow-scripts" not in policy
    assert "set-cookie" not in {name.lower() for name in told}
    assert inline or told["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize(
    ("media_type", "shown_as"),
    [
        ("image/png", "image/png"),
        ("IMAGE/JPEG; q=1", "image/jpeg"),
        ("image/gif", "image/gif"),
        ("image/webp", "image/webp"),
        ("application/pdf", "application/pdf"),
        ("video/mp4", "video/mp4"),
        ("audio/mpeg", "audio/mpeg"),
        ("text/plain", "text/plain; charset=utf-8"),
        ("text/csv", "text/plain; charset=utf-8"),
        ("text/javascript", "text/plain; charset=utf-8"),
        ("text/html", "text/plain; charset=utf-8"),
        ("text/xml", "text/plain; charset=utf-8"),
    ],
)
def test_what_is_only_decoded_can_be_shown(media_type: str, shown_as: str) -> None:
    told = _of(media_type)
    assert (told["Content-Type"], told["Content-Disposition"].partition(";")[0]) == (shown_as, "inline")


@pytest.mark.parametrize(
    "media_type",
    [
        "image/svg+xml", "image/svg", "application/xhtml+xml", "application/xml", "application/javascript",
        "application/x-shockwave-flash", "application/octet-stream", "multipart/related", "message/rfc822",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "image/png\r\nX: y", "",
    ],
)  # fmt: skip
def test_what_could_act_or_is_not_known_is_only_saved(media_type: str) -> None:
    told = _of(media_type)
    assert told["Content-Type"] == "application/octet-stream"
    assert told["Content-Disposition"].startswith("attachment")
    assert told["Content-Security-Policy"].startswith("sandbox;")


def test_a_page_that_we_made_is_shown_in_a_sandbox() -> None:
    told = _of("text/html", is_ours=True)
    assert told["Content-Type"] == "text/html; charset=utf-8"
    assert told["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert _of("image/svg+xml", is_ours=True)["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize(
    "filename",
    [
        "보고서 최종.pdf", 'a"; evil="b', "a\r\nSet-Cookie: x=1", "../../etc/passwd", "%00.txt", "a;b.txt",
        "\u202egpj.exe", "", "x" * 900,
    ],
)  # fmt: skip
def test_a_name_stays_a_name(filename: str) -> None:
    said = forms.disposition("attachment", filename)
    form = re.fullmatch(r"attachment; filename=\"([ -~]*)\"; filename\*=UTF-8''([A-Za-z0-9._~%-]+)", said)
    assert form, said
    assert not set(form[1]) & set('"/\\%;')
    assert "\u202e" not in said


@pytest.mark.parametrize(
    ("filename", "variant", "media_type", "saved_as"),
    [
        ("plan.docx", "pdf", "application/pdf", "plan.pdf"),
        ("plan.docx", "page-2", "image/webp", "plan page-2.webp"),
        ("photo.heic", "converted-jpeg", "image/jpeg", "photo.jpg"),
        ("v1.2.mov", "video", "video/mp4", "v1.2.mp4"),
        (".profile", "text", "text/plain", ".profile text.txt"),
        ("x" * 300 + ".png", "converted-pdf", "application/pdf", "x" * 200 + ".pdf"),
    ],
)
def test_what_was_made_is_saved_with_the_ending_of_what_it_is(
    filename: str, variant: str, media_type: str, saved_as: str
) -> None:
    assert forms.name_of_made(filename, variant, media_type) == saved_as
