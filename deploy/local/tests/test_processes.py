"""Programs run to their end, logs of bounded size."""

import signal
import sys
from pathlib import Path

import pytest
from localstack.processes import Command, StepFailed, describe, rotate, run
from localstack.settings import inherited


def a_command(folder: Path, script: str, feed: bytes | None = None) -> Command:
    return Command([sys.executable, "-c", script], folder / "log", inherited(), folder, feed=feed)


async def test_a_program_is_fed_and_its_output_kept(tmp_path: Path) -> None:
    await run("reading", a_command(tmp_path, "print(input())", b"hello\n"), deadline=10)
    assert (tmp_path / "log").read_text() == "hello\n"


async def test_a_failed_step_shows_the_end_of_its_log(tmp_path: Path) -> None:
    with pytest.raises(StepFailed, match=r"migrating failed \(exit status 1\)[\s\S]*no such column"):
        await run("migrating", a_command(tmp_path, "raise SystemExit('no such column')"), deadline=10)


async def test_a_step_that_hangs_is_ended(tmp_path: Path) -> None:
    with pytest.raises(StepFailed, match="took longer than 0 s"):
        await run("hanging", a_command(tmp_path, "import time; time.sleep(60)"), deadline=0.2)


def test_a_log_is_emptied_under_its_writer_and_one_older_is_kept(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with log.open("a") as writer:
        writer.write("first")
        writer.flush()
        rotate(log)
        writer.write("second")
    assert (tmp_path / "log.1").read_text() == "first"
    assert log.read_text() == "second"


def test_a_log_within_its_bound_stays(tmp_path: Path) -> None:
    (tmp_path / "log").write_text("short")
    rotate(tmp_path / "log", bound=5)
    assert not (tmp_path / "log.1").exists()


@pytest.mark.parametrize(("code", "words"), [(3, "exit status 3"), (-signal.SIGKILL, "SIGKILL"), (-99, "signal 99")])
def test_an_end_is_described_in_words(code: int, words: str) -> None:
    assert describe(code) == words
