"""What the launcher is told by the environment."""

import hashlib
import os
import random
import socket
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[4]
DEFAULT_PORTS: Mapping[str, int] = {
    "gateway": 8080,
    "identity": 8101,
    "messaging": 8102,
    "presence": 8103,
    "files": 8104,
    "content": 8090,
    "postgres": 25432,
    "redis": 26379,
    "kafka": 29092,
    "kafka_controller": 29093,
    "s3": 29000,
    "s3_other": 29001,
    "clamd": 23310,
}
FREE_PORTS = range(10_000, 25_000)
PORT_SETTING = "NEXUS_PORT_{}"


class BadSetting(Exception):
    """A setting that cannot be used, said in one line."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Where one stack lives and on which ports."""

    project: Path
    data: Path
    cache: Path
    ports: Mapping[str, int]
    given: Mapping[str, str]
    """Every other NEXUS_ setting, as it was given."""

    @classmethod
    def read(cls, environ: Mapping[str, str], project: Path = PROJECT) -> "Settings":
        data = Path(environ.get("NEXUS_DATA_DIR") or project / ".nexus").absolute()
        home = Path(environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
        ports = {name: _port(environ, name, default) for name, default in DEFAULT_PORTS.items()}
        given = {name: value for name, value in environ.items() if name.startswith("NEXUS_") and value}
        return cls(project, data, home.absolute() / "nexus", ports, given)

    def one_of(self, name: str, choices: tuple[str, ...]) -> str:
        """What was given, or the first."""
        given = self.given.get(name, choices[0])
        if given not in choices:
            raise BadSetting(f"{name} must be one of {', '.join(choices)}, not {given!r}")
        return given

    def on_free_ports(self, names: tuple[str, ...] = tuple(DEFAULT_PORTS)) -> "Settings":
        """The same stack on ports nobody uses, save those that were set."""
        unset = [name for name in names if port_setting(name) not in self.given]
        return replace(self, ports={**self.ports, **dict(zip(unset, free_ports(len(unset)), strict=True))})

    @property
    def logs(self) -> Path:
        return self.data / "logs"

    @property
    def run(self) -> Path:
        return self.data / "run"

    @property
    def elsewhere(self) -> Path:
        """For data of an account that cannot enter our folder, say one under /root."""
        return Path(f"/var/lib/nexus-{hashlib.sha256(str(self.data).encode()).hexdigest()[:12]}")


def port_setting(name: str) -> str:
    return PORT_SETTING.format(name.upper())


def _port(environ: Mapping[str, str], name: str, default: int) -> int:
    text = environ.get(port_setting(name)) or str(default)
    if not text.isascii() or not text.isdigit() or not 0 < int(text) < 65536:
        raise BadSetting(f"{port_setting(name)} must be a port from 1 to 65535, not {text!r}")
    return int(text)


def free_ports(count: int) -> list[int]:
    """Ports that were free a moment ago, all different, and below those that the system gives to outgoing
    connections: one that is taken while its owner restarts would keep it from coming back."""
    with ExitStack() as held:
        found: list[int] = []
        for port in random.sample(FREE_PORTS, len(FREE_PORTS)):
            one = held.enter_context(socket.socket())
            with suppress(OSError):
                one.bind(("127.0.0.1", port))
                found.append(port)
            if len(found) == count:
                return found
    raise BadSetting(f"fewer than {count} of the ports {FREE_PORTS.start} to {FREE_PORTS.stop - 1} are free")


def inherited(environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """What children get of our own environment: everything that is not a setting of the launcher."""
    return {name: value for name, value in environ.items() if not name.startswith("NEXUS_")}
