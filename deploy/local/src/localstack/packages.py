"""Installing system packages: by ourselves as root on Debian, otherwise by saying the command."""

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from localstack.part import Need
from localstack.processes import Command, run
from localstack.settings import Settings, inherited

CHROMIUM = Need("chromium", "chromium")
POLICY = Path("/usr/sbin/policy-rc.d")
NO_CLUSTER = Path("/etc/postgresql-common/createcluster.d/nexus.conf")
APT_WITHIN = 900


class Missing(Exception):
    """Programs that have to be installed by somebody with the right to."""

    def __init__(self, needs: list[Need], why: str | None = None) -> None:
        programs = ", ".join(need.program for need in needs)
        super().__init__(why or f"Not installed: {programs}. Install with:\n\n  {by_hand(needs)}\n")


def by_hand(needs: list[Need]) -> str:
    """The command for people without root, as they would type it."""
    return f"sudo apt-get install --no-install-recommends {' '.join(_packages(needs))}"


def _packages(needs: list[Need]) -> list[str]:
    return sorted({need.package for need in needs})


def missing(needs: list[Need], settings: Settings) -> list[Need]:
    return [need for need in needs if need.is_missing(settings.cache)]


async def install(needs: list[Need], settings: Settings) -> None:
    """Have all programs, or say what is missing."""
    absent = missing(needs, settings)
    if not absent:
        return
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise Missing(absent)
    with _nothing_started_by_itself():
        await _apt(settings, "update")
        await _apt(settings, "install", "-y", "--no-install-recommends", *_packages(absent))
    if still := missing(absent, settings):
        raise Missing(still)


async def _apt(settings: Settings, *words: str) -> None:
    environment = inherited() | {"DEBIAN_FRONTEND": "noninteractive"}
    argv = ["apt-get", "-q", "-o", "DPkg::Lock::Timeout=120", *words]
    # Half an installation is worse than a launcher that is gone before its installer.
    command = Command(argv, settings.logs / "install.log", environment, Path("/"), death_signal=None)
    await run(f"apt-get {words[0]}", command, APT_WITHIN)


@contextlib.contextmanager
def _nothing_started_by_itself() -> Iterator[None]:
    """Packages must neither start servers nor make a database cluster; an administrator's own rules stay."""
    ours = []
    for path, text, mode in (
        (POLICY, "#!/bin/sh\nexit 101\n", 0o755),
        (NO_CLUSTER, "create_main_cluster = false\n", 0o644),
    ):
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
            path.chmod(mode)
            ours.append(path)
    try:
        yield
    finally:
        for path in ours:
            path.unlink(missing_ok=True)
