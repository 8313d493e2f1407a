"""What is built or fetched for a part: once, whole, and with a reason when it cannot be."""

import os
import stat
import time
from pathlib import Path

import pytest
from localstack.packages import Missing
from localstack.parts import clamd
from localstack.parts.golang import Module
from localstack.processes import StepFailed

TOOL = Module("example.org/group/tool", "v1.2.3")


def script(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of programs that comes before all others."""
    folder = tmp_path / "programs"
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    return folder


def a_go(programs: Path, version: str, build: str) -> None:
    script(programs / "go", f'[ "$1" = env ] && {{ echo {version}; exit; }}\n{build}')


async def test_a_module_is_built_once_at_its_exact_version(tmp_path: Path, programs: Path) -> None:
    log = tmp_path / "log"
    a_go(programs, "go1.25.1", 'echo "$@" with CGO "$CGO_ENABLED"; mkdir -p "$GOBIN"; echo built > "$GOBIN/tool"')
    assert TOOL.need.unless(tmp_path / "cache") is False
    for _ in range(2):
        await TOOL.build(tmp_path / "cache", log)
    assert TOOL.program(tmp_path / "cache").read_text() == "built\n"
    assert TOOL.need.unless(tmp_path / "cache") is True
    assert log.read_text().splitlines() == ["install -trimpath -ldflags -s -w example.org/group/tool@v1.2.3 with CGO 0"]


async def test_a_build_that_fails_leaves_nothing_that_looks_built(tmp_path: Path, programs: Path) -> None:
    a_go(programs, "go1.26", 'mkdir -p "$GOBIN"; echo half > "$GOBIN/tool"; echo out of disk; exit 1')
    with pytest.raises(StepFailed, match="out of disk"):
        await TOOL.build(tmp_path / "cache", tmp_path / "log")
    assert list((tmp_path / "cache").iterdir()) == []


async def test_a_go_that_is_too_old_is_named(tmp_path: Path, programs: Path) -> None:
    a_go(programs, "go1.19.8", "exit 1")
    with pytest.raises(Missing, match=r"Go 1\.21 or newer; .*/go is go1\.19\. Install one, or give NEXUS_S3_URL"):
        await TOOL.build(tmp_path / "cache", tmp_path / "log")


async def test_signatures_that_cannot_be_fetched_are_told_of_and_not_asked_for_again_that_day(
    tmp_path: Path, programs: Path
) -> None:
    asked = tmp_path / "asked"
    script(programs / "freshclam", f"echo asked >> {asked}; exit 58")
    for _ in range(2):
        remark = await clamd.fetch(tmp_path / "cache", tmp_path / "log")
        assert remark is not None
        assert "the test virus alone" in remark
    assert asked.read_text() == "asked\n"
    os.utime(clamd.signatures(tmp_path / "cache") / "tried", times=(0, time.time() - clamd.FRESH_FOR - 60))
    await clamd.fetch(tmp_path / "cache", tmp_path / "log")
    assert asked.read_text() == "asked\nasked\n"


async def test_signatures_once_fetched_serve_on_when_the_mirror_is_gone(tmp_path: Path, programs: Path) -> None:
    script(programs / "freshclam", 'echo new > "$(dirname "${1#--config-file=}")/daily.cvd"')
    assert await clamd.fetch(tmp_path / "cache", tmp_path / "log") is None
    os.utime(clamd.signatures(tmp_path / "cache") / "tried", times=(0, 0))
    script(programs / "freshclam", "exit 58")
    assert await clamd.fetch(tmp_path / "cache", tmp_path / "log") is None
    assert (clamd.signatures(tmp_path / "cache") / "daily.cvd").read_text() == "new\n"
