"""What is missing is installed, or the command that installs it is said."""

import os
from pathlib import Path

import pytest
from localstack import packages
from localstack.part import Need
from localstack.settings import Settings

ABSENT = Need("no-such-program", "some-package")
SECOND = Need("no-such-other", "some-package")
PRESENT = Need("sh", "dash")


async def test_without_root_the_command_is_said_and_nothing_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(packages.Missing) as said:
        await packages.install([PRESENT, ABSENT, SECOND], Settings.read({}, tmp_path))
    assert "sudo apt-get install --no-install-recommends some-package\n" in str(said.value)
    assert "no-such-program, no-such-other" in str(said.value)


async def test_nothing_is_done_when_nothing_is_missing(tmp_path: Path) -> None:
    await packages.install([PRESENT], Settings.read({}, tmp_path))
    assert not (tmp_path / ".nexus").exists()


def test_a_tool_for_fetching_is_not_needed_once_it_was_fetched(tmp_path: Path) -> None:
    settings = Settings.read({}, tmp_path)
    assert packages.missing([Need("no-such-fetcher", "it", unless=lambda cache: True)], settings) == []


def test_rules_that_keep_packages_quiet_are_taken_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ours, theirs = tmp_path / "etc" / "ours", tmp_path / "theirs"
    theirs.write_text("an administrator's own")
    monkeypatch.setattr(packages, "POLICY", ours)
    monkeypatch.setattr(packages, "NO_CLUSTER", theirs)
    with packages._nothing_started_by_itself():
        assert ours.read_text() == "#!/bin/sh\nexit 101\n"
    assert not ours.exists()
    assert theirs.read_text() == "an administrator's own"
