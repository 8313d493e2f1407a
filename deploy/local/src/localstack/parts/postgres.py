"""PostgreSQL: every service's own database."""

import asyncio
import os
import shutil
import signal
from pathlib import Path

from localstack import probes
from localstack.part import Need, Part, Site
from localstack.processes import Command, run
from localstack.settings import inherited

SOCKET_PATH_LIMIT = 100  # the kernel allows 107 bytes with the file name in it
SERVERS = Path("/usr/lib/postgresql")


def find(program: str, version: str = "") -> str | None:
    """Debian keeps servers out of PATH, one folder a version."""
    folders = sorted(SERVERS.glob("*/bin"), key=lambda folder: int(folder.parent.name), reverse=True)
    if version:
        folders = [folder for folder in folders if folder.parent.name == version]
    for folder in folders:
        if (folder / program).exists():
            return str(folder / program)
    return None if version else shutil.which(program)


def data(site: Site) -> Path:
    return site.folder / "data"


def server(site: Site, program: str) -> str:
    """The program in the version that made the data, if there are data."""
    marker = data(site) / "PG_VERSION"
    version = marker.read_text().strip() if marker.exists() else ""
    path = find(program, version) or find(program)
    if path is None:
        raise FileNotFoundError(program)
    return path


async def prepare(site: Site) -> None:
    """Make the database cluster; a folder half made by a killed launcher is thrown away."""
    if (data(site) / "PG_VERSION").exists():
        return
    fresh, password = site.folder / "data.new", site.folder / "password"
    shutil.rmtree(fresh, ignore_errors=True)
    password.write_text(site.password + "\n")
    password.chmod(0o600)
    if site.user:
        shutil.chown(password, site.user)
    try:
        await run("initdb", _initdb(site, fresh, password), deadline=60)
    finally:
        password.unlink()
    fresh.rename(data(site))


def _initdb(site: Site, folder: Path, password: Path) -> Command:
    argv = [server(site, "initdb"), "-D", str(folder), "-U", "postgres", "--encoding=UTF8", "--locale=C.UTF-8"]
    argv += ["--auth=scram-sha-256", f"--pwfile={password}", "--data-checksums"]
    return Command(argv, site.log, inherited(), site.folder, site.user)


async def before_start(site: Site) -> None:
    """End a server an earlier launcher lost, and forget its lock file if another program now has its number."""
    lock = data(site) / "postmaster.pid"
    if not lock.exists():
        return
    pid = int(lock.read_text().split("\n", 1)[0])
    if _works_in(pid, data(site)):
        await _end(pid, data(site))
    elif _exists(pid) and not _users_of(data(site)):
        lock.unlink()


def _works_in(pid: int, folder: Path) -> bool:
    try:
        return Path(os.readlink(f"/proc/{pid}/cwd")) == folder.resolve()
    except OSError:
        return False


def _exists(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def _users_of(folder: Path) -> list[int]:
    return [int(entry.name) for entry in Path("/proc").glob("[0-9]*") if _works_in(int(entry.name), folder)]


async def _end(pid: int, folder: Path) -> None:
    for number, patience in ((signal.SIGINT, 5.0), (signal.SIGQUIT, 3.0), (signal.SIGKILL, 3.0)):
        if _works_in(pid, folder):
            os.kill(pid, number)
        for _ in range(int(patience / 0.05)):
            if not _works_in(pid, folder):
                return
            await asyncio.sleep(0.05)


def command(site: Site) -> list[str]:
    sockets = str(site.folder) if len(str(site.folder)) < SOCKET_PATH_LIMIT - len("/.s.PGSQL.55432") else ""
    options = {
        "listen_addresses": "127.0.0.1",
        "port": str(site.ports["postgres"]),
        "unix_socket_directories": sockets,
        "fsync": "on",
        "synchronous_commit": "on",
        "full_page_writes": "on",
        "max_connections": "100",
        "shared_buffers": "128MB",
        "max_wal_size": "1GB",
        "jit": "off",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "log_checkpoints": "off",
        "logging_collector": "off",
    }
    settings = (word for name, value in options.items() for word in ("-c", f"{name}={value}"))
    return [server(site, "postgres"), "-D", str(data(site)), *settings]


POSTGRES = Part(
    name="postgres",
    title="PostgreSQL",
    url_setting="NEXUS_POSTGRES_URL",
    ports=("postgres",),
    needs=(Need("postgres", "postgresql", find),),
    url=lambda site: f"postgresql://postgres:{site.password}@127.0.0.1:{site.ports['postgres']}/postgres",
    command=command,
    probe=lambda site: probes.postgres(site.ports["postgres"]),
    prepare=prepare,
    before_start=before_start,
    user="postgres",
    stop_signal=signal.SIGINT,
    death_signal=signal.SIGINT,
)
