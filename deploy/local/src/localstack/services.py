"""The services of the product and the environment each is given."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from urllib.parse import urlsplit, urlunsplit

from localstack import probes
from localstack.keeper import Unit
from localstack.keys import Keys
from localstack.processes import Command
from localstack.settings import Settings, inherited, port_setting


@dataclass(frozen=True, slots=True)
class Service:
    """One process of ours."""

    name: str
    database: bool = True
    public: bool = False


SERVICES = (
    Service("identity"),
    Service("messaging"),
    Service("presence"),
    Service("files"),
    Service("gateway", database=False, public=True),
)


def database_url(service: Service, administrator: str, keys: Keys) -> str:
    """The service's own database on the same server, as its own role."""
    url = urlsplit(administrator)
    password = keys.get(f"{service.name}-database-password")
    place = f"{url.hostname}:{url.port or 5432}"
    return urlunsplit((url.scheme, f"{service.name}:{password}@{place}", f"/{service.name}", url.query, ""))


def environment(service: Service, settings: Settings, keys: Keys, urls: Mapping[str, str]) -> dict[str, str]:
    """Exactly the settings the service reads."""
    shared = {
        "NEXUS_HOST": settings.given.get("NEXUS_HOST", "127.0.0.1") if service.public else "127.0.0.1",
        "NEXUS_PORT": str(settings.ports[service.name]),
        "NEXUS_LOG_LEVEL": settings.given.get("NEXUS_LOG_LEVEL", "INFO"),
        "NEXUS_KAFKA_URL": urls["kafka"],
        "NEXUS_REDIS_URL": urls["redis"],
        "NEXUS_JWKS_URL": f"{local(settings, 'identity')}/.well-known/jwks.json",
        "NEXUS_ISSUER": "nexus",
        "NEXUS_AUDIENCE": "nexus",
        "NEXUS_INTERNAL_SECRET": keys.get("internal-secret"),
    }
    own = {"NEXUS_DATABASE_URL": database_url(service, urls["postgres"], keys)} if service.database else {}
    return passed_on(settings) | shared | own | _special(service.name, settings, keys, urls)


def passed_on(settings: Settings) -> dict[str, str]:
    """Limits and the like: whatever was given that neither belongs to the launcher nor is its to say."""
    ours = {"NEXUS_HOST", "NEXUS_DATA_DIR", "NEXUS_OBJECT_STORE", "NEXUS_SIGNATURES"}
    ours |= {port_setting(name) for name in settings.ports}
    return {name: value for name, value in settings.given.items() if name not in ours and not name.endswith("_URL")}


def _special(name: str, settings: Settings, keys: Keys, urls: Mapping[str, str]) -> dict[str, str]:
    if name == "identity":
        return {"NEXUS_IDENTITY_SECRET": keys.get("identity-secret")}
    if name == "messaging":
        return {
            "NEXUS_PUBLIC_URL": settings.given.get("NEXUS_PUBLIC_URL", local(settings, "gateway")),
            **{name: url for name, url in settings.given.items() if name == "NEXUS_GIF_PROVIDER_URL"},
        }
    if name == "files":
        return {
            "NEXUS_S3_URL": urls["s3"],
            "NEXUS_S3_PUBLIC_URL": settings.given.get("NEXUS_S3_PUBLIC_URL", _without_key(urls["s3"])),
            "NEXUS_CLAMD_URL": urls["clamd"],
            "NEXUS_PORT_CONTENT": str(settings.ports["content"]),
            "NEXUS_CONTENT_HOST": settings.given.get("NEXUS_HOST", "127.0.0.1"),
            "NEXUS_CONTENT_URL": settings.given.get("NEXUS_CONTENT_URL", local(settings, "content")),
            "NEXUS_PUBLIC_URL": settings.given.get("NEXUS_PUBLIC_URL", local(settings, "gateway")),
        }
    if name == "gateway":
        return {
            "NEXUS_IDENTITY_URL": local(settings, "identity"),
            "NEXUS_MESSAGING_URL": local(settings, "messaging"),
            "NEXUS_PRESENCE_URL": local(settings, "presence"),
            "NEXUS_FILES_URL": local(settings, "files"),
            "NEXUS_CONTENT_URL": settings.given.get("NEXUS_CONTENT_URL", local(settings, "content")),
            "NEXUS_WEB_DIR": str(settings.project / "web" / "dist"),
            "NEXUS_ALLOWED_ORIGINS": settings.given.get("NEXUS_ALLOWED_ORIGINS", ""),
        }
    return {}


def _without_key(s3: str) -> str:
    """Where the store is, for those who are given signed addresses."""
    url = urlsplit(s3)
    return f"{url.scheme}://{url.netloc.rpartition('@')[2]}"


def local(settings: Settings, name: str) -> str:
    return f"http://127.0.0.1:{settings.ports[name]}"


async def _nothing() -> None:
    """Services prepare themselves."""


def unit_of(service: Service, settings: Settings, keys: Keys, urls: Mapping[str, str]) -> Unit:
    surroundings = inherited() | {"PYTHONUNBUFFERED": "1"} | environment(service, settings, keys, urls)
    argv = [sys.executable, "-m", service.name]
    return Unit(
        name=service.name,
        command=Command(argv, settings.logs / f"{service.name}.log", surroundings, settings.project),
        probe=partial(probes.http_ready, settings.ports[service.name]),
        before_start=_nothing,
    )
