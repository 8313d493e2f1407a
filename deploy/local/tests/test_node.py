"""An old Node is not used, and it is said what is needed."""

from pathlib import Path

import pytest
from localstack import node


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder where programs are looked for."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(node, "PACKAGE", "no_such_package")
    return tmp_path


def put(folder: Path, version: str) -> None:
    for name in ("node", "npm"):
        (folder / name).write_text(f"#!/bin/sh\necho {version}\n")
        (folder / name).chmod(0o755)


def test_a_node_that_is_new_enough_is_found_first_in_its_own_path(programs: Path) -> None:
    put(programs, "v20.19.0")
    found = node.find()
    assert found is not None
    assert found.npm == (str(programs / "npm"),)
    assert found.environment({"PATH": "/bin"})["PATH"] == f"{programs}:/bin"
    assert node.too_old() is None


def test_an_old_one_is_refused_by_its_number(programs: Path) -> None:
    put(programs, "v18.20.4")
    assert node.find() is None
    assert str(node.too_old()).endswith("needs Node 20.19 or newer with npm; " + f"{programs}/node is 18.20.")


def test_none_at_all_is_not_an_old_one(programs: Path) -> None:
    assert node.find() is None
    assert node.too_old() is None
