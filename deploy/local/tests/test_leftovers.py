"""Exactly our own leftovers are ended."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from localstack.leftovers import Entry, Ledger, birth, is_alive, write_json


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=True) as process:
        yield process
        process.kill()


async def test_a_leftover_is_ended_and_forgotten(tmp_path: Path, sleeper: subprocess.Popen[bytes]) -> None:
    ledger = Ledger(tmp_path / "children.json")
    ledger.enter("sleeper", sleeper.pid)
    assert await ledger.end_leftovers() == ["sleeper"]
    assert sleeper.wait(5) != 0
    assert ledger.entries() == {}


async def test_a_stranger_with_the_same_number_is_left_alone(tmp_path: Path, sleeper: subprocess.Popen[bytes]) -> None:
    ledger = Ledger(tmp_path / "children.json")
    write_json(ledger.path, {"ours": Entry(pid=sleeper.pid, birth="an earlier boot/12345")})
    assert await ledger.end_leftovers() == []
    assert sleeper.poll() is None


def test_a_process_that_has_ended_is_not_alive(sleeper: subprocess.Popen[bytes]) -> None:
    entry = Entry(pid=sleeper.pid, birth=birth(sleeper.pid) or "")
    assert is_alive(entry)
    sleeper.kill()
    sleeper.wait()
    assert not is_alive(entry)


def test_a_ledger_cut_off_by_a_full_disk_counts_as_empty(tmp_path: Path) -> None:
    (tmp_path / "children.json").write_text('{"kafka": {"pi')
    assert Ledger(tmp_path / "children.json").running() == {}
