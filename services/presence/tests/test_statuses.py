"""Devices and a choice as one status."""

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from presence.devices import Board, Devices, read_beat
from presence.statuses import Status, combined

DEVICES = st.lists(st.builds(Devices, st.integers(0, 5), st.booleans()))
ALICE = "0190a000-0000-7000-8000-00000000000a"


@given(DEVICES, st.none() | st.sampled_from(Status))
def test_a_status_follows_from_devices_and_choice(devices: list[Devices], chosen: Status | None) -> None:
    status = combined(devices, chosen)
    connected = [each for each in devices if each.number]
    if not connected:
        assert status is Status.OFFLINE
    elif chosen and chosen is not Status.ONLINE:
        assert status is chosen
    else:
        assert status is (Status.ONLINE if any(each.is_active for each in connected) else Status.AWAY)


def _beat(gateway: str, is_full: bool, number: int) -> bytes:
    users = f'{{"{ALICE}": {{"devices": {number}, "active": true}}}}'
    return f'{{"gateway": "{gateway}", "full": {str(is_full).lower()}, "at": 1, "users": {users}}}'.encode()


def test_devices_of_all_gateways_count() -> None:
    board = Board()
    assert board.take(read_beat(_beat("one", False, 1))) == {ALICE}
    assert board.take(read_beat(_beat("two", True, 2))) == {ALICE}
    assert board.take(read_beat(_beat("two", True, 2))) == set()
    assert sorted(each.number for each in board.devices_of(ALICE)) == [1, 2]
    assert board.take(read_beat(_beat("one", False, 0))) == {ALICE}
    assert [each.number for each in board.devices_of(ALICE)] == [2]


def test_silence_while_nobody_could_be_heard_is_not_held_against_a_gateway(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr("presence.devices.time", SimpleNamespace(monotonic=lambda: now))
    board = Board()
    board.take(read_beat(_beat("one", True, 1)))
    now += 60
    board.expect_all()
    assert board.drop_silent() == set()
    now += 9
    assert board.drop_silent() == {ALICE}


def test_a_change_beat_does_not_prolong_what_only_full_beats_confirm(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr("presence.devices.time", SimpleNamespace(monotonic=lambda: now))
    board = Board()
    board.take(read_beat(_beat("one", True, 1)))
    now += 10
    board.take(read_beat(_beat("one", False, 2)))
    assert board.age() == 10
    now += 5
    assert board.drop_silent() == {ALICE}
