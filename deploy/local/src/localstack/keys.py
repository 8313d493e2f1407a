"""Passwords and secrets of one stack: made once, readable by their owner only."""

import os
import secrets
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Keys:
    """A folder with one secret a file."""

    folder: Path

    def has(self, name: str) -> bool:
        return (self.folder / name).exists()

    def get(self, name: str, size: int = 32) -> str:
        """The secret of that name, made when it is first asked for."""
        path = self.folder / name
        if not path.exists():
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            fresh = path.with_name(f".{name}.{os.getpid()}")
            with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
                file.write(secrets.token_hex(size))
            fresh.replace(path)
        return path.read_text()
