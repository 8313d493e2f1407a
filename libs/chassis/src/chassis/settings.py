"""Settings: read once from the environment, validated at start, printed with secrets masked."""

import json
import socket
import sys
from typing import Self

from pydantic import SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "NEXUS_"


class ServiceSettings(BaseSettings):
    """What every service needs. A service adds its own by inheriting; each is `NEXUS_` and the name in capitals."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="ignore")

    host: str = "127.0.0.1"
    port: int
    log_level: str = "INFO"
    kafka_url: str
    internal_secret: SecretStr
    jwks_url: str
    issuer: str = "nexus"
    audience: str = "nexus"
    # Seconds that a stopping process may take to finish what it accepted.
    stop_deadline: float = 8.0

    @property
    def instance(self) -> str:
        """This process's name among those of its service, the same after a restart."""
        return f"{socket.gethostname()}-{self.port}"

    @classmethod
    def load(cls) -> Self:
        """The settings of this process; exits with one line per fault if they are not right."""
        try:
            settings = cls()
        except ValidationError as error:
            sys.exit("\n".join(_explained(fault["loc"], fault["msg"]) for fault in error.errors()))
        print(json.dumps({"settings": settings.model_dump(mode="json")}), flush=True)
        return settings


class DatabaseSettings(ServiceSettings):
    """Settings of a service with a database of its own."""

    database_url: SecretStr
    # Connections of this process at the most; ten stay within PostgreSQL's 100 with every service running twice.
    database_connections: int = 10


def _explained(where: tuple[int | str, ...], what: str) -> str:
    return f"{PREFIX}{'_'.join(map(str, where)).upper()}: {what}"
