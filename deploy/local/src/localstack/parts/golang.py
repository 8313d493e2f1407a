"""Servers had as Go modules: built once into the cache, at an exact version that the checksum database knows."""

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from localstack.packages import Missing
from localstack.part import Need
from localstack.processes import Command, run
from localstack.settings import inherited

# From here on Go fetches by itself what newer Go a module wants.
OLDEST = (1, 21)
BUILD_WITHIN = 1800


@dataclass(frozen=True, slots=True)
class Module:
    """A program that `go install` makes."""

    path: str
    version: str

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]

    def program(self, cache: Path) -> Path:
        return cache / f"{self.name}-{self.version}" / self.name

    @property
    def need(self) -> Need:
        return Need("go", "golang-go", unless=lambda cache: self.program(cache).exists())

    async def build(self, cache: Path, log: Path) -> None:
        """Have the program in the cache, whole or not at all."""
        done = self.program(cache).parent
        if done.exists():
            return
        _check_go(self)
        fresh = done.with_name(f"{done.name}.{os.getpid()}")
        try:
            await run(f"building {self.name}", self._install(fresh, cache, log), BUILD_WITHIN)
            fresh.rename(done)
        except OSError:
            if not done.exists():  # else another launcher was faster
                raise
        finally:
            shutil.rmtree(fresh, ignore_errors=True)

    def _install(self, target: Path, cache: Path, log: Path) -> Command:
        cache.mkdir(parents=True, exist_ok=True)
        argv = ["go", "install", "-trimpath", "-ldflags", "-s -w", f"{self.path}@{self.version}"]
        return Command(argv, log, inherited() | {"CGO_ENABLED": "0", "GOBIN": str(target)}, cache)


def _check_go(module: Module) -> None:
    go = shutil.which("go")
    found = subprocess.run([go, "env", "GOVERSION"], capture_output=True, text=True, check=False) if go else None
    numbers = re.match(r"go(\d+)\.(\d+)", found.stdout) if found else None
    if numbers is None or (int(numbers[1]), int(numbers[2])) < OLDEST:
        least, seen = ".".join(map(str, OLDEST)), f"{go} is {numbers[0]}" if numbers else "there is none"
        why = f"{module.name} is built with Go {least} or newer; {seen}. Install one, or give NEXUS_S3_URL."
        raise Missing([module.need], why)
