"""ClamAV's daemon. With the official signatures where their mirror can be reached, else with a test signature alone."""

import asyncio
import contextlib
import os
import pwd
import shutil
import time
from pathlib import Path

from localstack import probes
from localstack.part import Need, Part, Site
from localstack.processes import Command, StepFailed, run
from localstack.settings import inherited

SYSTEM = "/usr/sbin:/usr/local/sbin"
# What people and monitoring send to see that a scanner works; in hexadecimal, so that no scanner stops at this file.
TEST_SIGNATURE = "Nexus.Test.Eicar:0:*:45494341522d5354414e444152442d414e544956495255532d544553542d46494c4521"
FRESH_FOR = 86_400
UPDATE_WITHIN = 600
ONLY_TEST = "ClamAV knows the test virus alone: the official signatures could not be fetched (see {})"
LARGEST = 2**31 - 3
"""clamd looks no further into a file, whatever it is told."""
OPTIONS = {
    "Foreground": "yes",
    "TCPAddr": "127.0.0.1",
    "MaxThreads": "2",
    "MaxQueue": "20",
    "StreamMaxLength": str(LARGEST),
    "MaxFileSize": str(LARGEST),
    "MaxScanSize": str(LARGEST),
    "MaxScanTime": "1200000",
    "MaxRecursion": "12",
    "MaxFiles": "10000",
    "AlertExceedsMax": "yes",
    # it decodes every picture, unconfined, for signatures that hardly exist: 340 of 400 ms at 12 megapixels
    "ScanImageFuzzyHash": "no",
    "CommandReadTimeout": "30",
    "ExitOnOOM": "yes",
    # the old and the new signatures at once are twice 1.2 GB
    "ConcurrentDatabaseReload": "no",
    "SelfCheck": "600",
}


def find(program: str) -> str | None:
    """Debian keeps servers out of people's PATH."""
    return shutil.which(program, path=f"{os.environ.get('PATH', os.defpath)}:{SYSTEM}")


def signatures(cache: Path) -> Path:
    return cache / "clamav"


def official(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*.c?d") if path.suffix in (".cvd", ".cld"))


async def fetch(cache: Path, log: Path) -> str | None:
    """Bring the official signatures up to date, at most once a day; says so where that cannot be."""
    folder = signatures(cache)
    tried = folder / "tried"
    if not tried.exists() or time.time() - tried.stat().st_mtime > FRESH_FOR:
        folder.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(StepFailed):  # what was fetched before serves on
            await run("fetching virus signatures", _update(folder, log), UPDATE_WITHIN)
        tried.touch()
    return None if official(folder) else ONLY_TEST.format(log)


def _update(folder: Path, log: Path) -> Command:
    config = folder / "freshclam.conf"
    config.write_text(
        f"DatabaseDirectory {folder}\nDatabaseMirror database.clamav.net\n"
        f"DatabaseOwner {pwd.getpwuid(os.geteuid()).pw_name}\nConnectTimeout 10\nReceiveTimeout 300\nMaxAttempts 1\n"
    )
    return Command(
        [find("freshclam") or "freshclam", f"--config-file={config}", "--stdout"], log, inherited(), folder
    )  # fmt: skip


def database(site: Site) -> Path:
    return site.folder / "signatures"


def _scratch(site: Site) -> Path:
    return site.folder / "scratch"


def _config(site: Site) -> Path:
    return site.folder / "clamd.conf"


async def prepare(site: Site) -> None:
    """Write the configuration and the test signature, in folders of clamd's own account."""
    options = OPTIONS | {
        "TCPSocket": str(site.ports["clamd"]),
        "DatabaseDirectory": str(database(site)),
        "TemporaryDirectory": str(_scratch(site)),
    }
    _config(site).write_text("".join(f"{name} {value}\n" for name, value in options.items()))
    for folder in (database(site), _scratch(site)):
        folder.mkdir(exist_ok=True)
        if site.user:
            shutil.chown(folder, site.user)
    (database(site) / "nexus.ndb").write_text(TEST_SIGNATURE + "\n")


async def prepare_with_official(site: Site) -> None:
    """The same, with the fetched signatures brought to where that account can read them."""
    await prepare(site)
    await asyncio.to_thread(_bring, official(signatures(site.cache)), database(site))


def _bring(sources: list[Path], target: Path) -> None:
    for old in official(target):
        old.unlink()  # a database may have gone from .cvd to .cld, and both would be read
    for source in sources:
        shutil.copyfile(source, target / source.name)


async def before_start(site: Site) -> None:
    """What was being scanned when it died is of no use any more."""
    for left in _scratch(site).glob("*"):
        shutil.rmtree(left) if left.is_dir() else left.unlink()


def part(with_official: bool) -> Part:
    return Part(
        name="clamd",
        title="ClamAV",
        url_setting="NEXUS_CLAMD_URL",
        ports=("clamd",),
        needs=(Need("clamd", "clamav-daemon", find), Need("freshclam", "clamav-freshclam", find)),
        url=lambda site: f"tcp://127.0.0.1:{site.ports['clamd']}",
        command=lambda site: [find("clamd") or "clamd", f"--config-file={_config(site)}"],
        probe=lambda site: probes.clamd(site.ports["clamd"]),
        prepare=prepare_with_official if with_official else prepare,
        fetch=fetch if with_official else None,
        fetching="fetching the signatures of",
        before_start=before_start,
        user="clamav",
        start_within=180,
    )
