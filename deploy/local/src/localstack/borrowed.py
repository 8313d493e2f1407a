"""The parts for a test run: a launcher of one's own on free ports, gone when the block is left."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from localstack.leftovers import Ledger

READY_WITHIN = 300


class NotStarted(Exception):
    """The launcher gave up; what it said is the message."""


@dataclass(frozen=True, slots=True)
class Parts:
    """Running parts: their URLs by name, and the settings that tell them to others."""

    urls: Mapping[str, str]
    environment: Mapping[str, str]
    data: Path
    launcher: int

    def pid(self, name: str) -> int:
        """The process that plays this part now; KeyError while there is none."""
        return self._running()[name]

    def is_running(self, name: str) -> bool:
        return name in self._running()

    def _running(self) -> dict[str, int]:
        return Ledger(self.data / "run" / "children.json").running()

    def kill(self, name: str) -> None:
        """Kill it as a crash would; the launcher brings it back."""
        os.kill(self.pid(name), signal.SIGKILL)


@contextlib.contextmanager
def start_parts(
    names: tuple[str, ...] = ("postgres", "redis", "kafka"),
    data_dir: Path | None = None,
    ports: Literal["free", "set"] = "free",
) -> Iterator[Parts]:
    """Start parts (those given by URL are only named), and stop them when the block is left."""
    with contextlib.ExitStack() as undo:
        folder = data_dir or undo.enter_context(passing_folder())
        folder.mkdir(parents=True, exist_ok=True)
        argv = [sys.executable, "-m", "localstack", "parts", "--only", ",".join(names)]
        argv += ["--free-ports"] if ports == "free" else []
        launcher = subprocess.Popen(
            argv,
            # official signatures take half a minute and 1.2 GB to load, and change under the tests
            env={"NEXUS_SIGNATURES": "test", **os.environ, "NEXUS_DATA_DIR": str(folder)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=undo.enter_context((folder / "launcher.log").open("wb")),
            start_new_session=True,
        )
        undo.callback(_stop, launcher)
        assert launcher.stdout is not None
        line = launcher.stdout.readline()
        if not line:
            launcher.wait(READY_WITHIN)
            raise NotStarted((folder / "launcher.log").read_text(errors="replace"))
        said = json.loads(line)
        yield Parts(said["urls"], said["environment"], folder, launcher.pid)


def _stop(launcher: subprocess.Popen[bytes]) -> None:
    """Closing its standard input tells it to stop, which also happens when we are killed."""
    assert launcher.stdin is not None
    assert launcher.stdout is not None
    launcher.stdin.close()
    try:
        launcher.wait(30)
    except subprocess.TimeoutExpired:
        launcher.kill()
        launcher.wait()
    launcher.stdout.close()


@contextlib.contextmanager
def passing_folder() -> Iterator[Path]:
    """A temporary folder that PostgreSQL's account may enter too."""
    folder = Path(tempfile.mkdtemp(prefix="nexus-parts-"))
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
