"""An address of bytes is good for exactly what was signed, and no longer."""

import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import replace
from uuid import UUID

import pytest
from files.content.passes import Pass, Passes, Viewer

GRANTED = Pass(UUID(int=7), 3, "thumbnail", Viewer.PERSON, UUID(int=9), int(time.time()) + 86_400, inline=True)


@pytest.mark.parametrize("granted", [GRANTED, replace(GRANTED, variant="", viewer=Viewer.TICKET, inline=False)])
def test_a_pass_is_read_as_it_was_written(granted: Pass) -> None:
    passes = Passes("secret")
    assert passes.read(passes.write(granted)) == granted


def test_a_pass_is_worth_nothing_after_its_time() -> None:
    passes = Passes("secret")
    assert passes.read(passes.write(replace(GRANTED, expires_at=int(time.time())))) is None


def test_no_byte_of_a_pass_can_be_changed() -> None:
    passes = Passes("secret")
    token = passes.write(GRANTED)
    raw = urlsafe_b64decode(token + "=" * (-len(token) % 4))
    for place in range(len(raw)):
        changed = bytearray(raw)
        changed[place] ^= 1
        assert passes.read(urlsafe_b64encode(bytes(changed)).rstrip(b"=").decode()) is None, place


def test_a_pass_of_another_installation_is_worth_nothing() -> None:
    assert Passes("secret").read(Passes("another secret").write(GRANTED)) is None


@pytest.mark.parametrize("token", ["", "a", "====", "ä" * 20, "-_" * 60, "A" * 5000, "../../etc/passwd"])
def test_what_is_no_pass_is_none(token: str) -> None:
    assert Passes("secret").read(token) is None
