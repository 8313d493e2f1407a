"""The web client is built when, and only when, what it is made of changed."""

import io
import json
from pathlib import Path

import pytest
from localstack import web
from localstack.board import Board
from localstack.settings import Settings

NPM = """#!/bin/sh
echo $1 >> ../asked
mkdir -p node_modules dist
case $1 in
    ci) cp package-lock.json node_modules/.package-lock.json ;;
    run) touch dist/index.html ;;
esac
"""


def locked(project: Path, version: str) -> None:
    """A lock file that names a package, and one for other systems."""
    elsewhere = {"version": version, "optional": True}
    packages: dict[str, object] = {
        "": {},
        "node_modules/here": {"version": version},
        "node_modules/elsewhere": elsewhere,
    }
    (project / "web" / "package-lock.json").write_text(json.dumps({"packages": packages}))


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A project whose npm only notes what it was asked."""
    folder, programs = tmp_path / "web", tmp_path / "bin"
    (folder / "src").mkdir(parents=True)
    for name in ("package.json", "src/page.tsx"):
        (folder / name).write_text(name)
    locked(tmp_path, "1.0.0")
    programs.mkdir()
    (programs / "npm").write_text(NPM)
    (programs / "npm").chmod(0o755)
    (programs / "node").write_text("#!/bin/sh\necho v22.1.0\n")
    (programs / "node").chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:/usr/bin:/bin")
    return Settings.read({"XDG_CACHE_HOME": str(tmp_path / "cache")}, tmp_path)


async def built(settings: Settings) -> list[str]:
    """What npm was asked to do."""
    asked = settings.project / "asked"
    asked.unlink(missing_ok=True)
    await web.build(settings, Board(io.StringIO()))
    return asked.read_text().split() if asked.exists() else []


async def test_the_first_build_fetches_packages_and_the_second_does_nothing(settings: Settings) -> None:
    assert await built(settings) == ["ci", "run"]
    assert await built(settings) == []


async def test_a_changed_source_is_built_without_fetching(settings: Settings) -> None:
    await built(settings)
    (settings.project / "web" / "src" / "page.tsx").write_text("new")
    assert await built(settings) == ["run"]


async def test_a_changed_lock_is_fetched_anew(settings: Settings) -> None:
    await built(settings)
    locked(settings.project, "1.0.1")
    assert await built(settings) == ["ci", "run"]


def test_packages_for_other_systems_are_not_missed(settings: Settings) -> None:
    folder = settings.project / "web"
    (folder / "node_modules").mkdir()
    there = {"packages": {"node_modules/here": {"version": "1.0.0"}}}
    (folder / "node_modules" / ".package-lock.json").write_text(json.dumps(there))
    assert web.is_installed(folder)
    there["packages"].clear()
    (folder / "node_modules" / ".package-lock.json").write_text(json.dumps(there))
    assert not web.is_installed(folder)


async def test_a_removed_build_is_made_again(settings: Settings) -> None:
    await built(settings)
    (settings.project / "web" / "dist" / "index.html").unlink()
    assert await built(settings) == ["run"]


async def test_a_project_without_a_web_client_needs_no_build(tmp_path: Path) -> None:
    assert not web.is_stale(Settings.read({}, tmp_path / "empty"))
