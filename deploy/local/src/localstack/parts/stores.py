"""The object store, where files' bytes are: MinIO, or versitygw. The product uses plain S3 and must not know which."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from localstack import probes
from localstack.part import Part, Site
from localstack.parts.golang import Module

USER, BUCKET = "nexus", "nexus"
# The last commit of the archived project; versitygw is alive.
MINIO = Module("github.com/minio/minio", "v0.0.0-20260212201848-7aac2a2c5b7c")
VERSITYGW = Module("github.com/versity/versitygw/cmd/versitygw", "v1.8.0")
GO_MEMORY = {"GOMEMLIMIT": "400MiB", "GOGC": "50"}


@dataclass(frozen=True, slots=True)
class Store:
    """A server that speaks S3 over a folder in which each bucket is a folder."""

    title: str
    module: Module
    health: str
    words: Callable[[str, Path, Path], list[str]]
    """Its command line after the program: for an address, the folder of buckets and one for its own things."""
    environment: Callable[[Site], dict[str, str]]


def _minio(site: Site) -> dict[str, str]:
    return GO_MEMORY | {
        "MINIO_ROOT_USER": USER,
        "MINIO_ROOT_PASSWORD": site.password,
        "MINIO_BROWSER": "off",
        "MINIO_UPDATE": "off",
        "MINIO_CALLHOME_ENABLE": "off",
        "MINIO_API_REQUESTS_MAX": "100",
    }


def _versitygw(site: Site) -> dict[str, str]:
    return GO_MEMORY | {"ROOT_ACCESS_KEY": USER, "ROOT_SECRET_KEY": site.password}


STORES = {
    "minio": Store(
        "MinIO", MINIO, "/minio/health/ready",
        lambda address, buckets, own: [
            "server", "--quiet", "--address", address, "--certs-dir", str(own / "certs"), str(buckets)
        ],
        _minio,
    ),
    "versitygw": Store(
        "versitygw", VERSITYGW, "/health",
        lambda address, buckets, own: [
            "--port", address, "--health", "/health", "--keep-alive", "--quiet", "--max-requests", "100",
            "--cors-allow-origin", "*", "posix", str(buckets),
        ],
        _versitygw,
    ),
}  # fmt: skip


def _port(site: Site) -> int:
    (port,) = site.ports.values()
    return port


def part(kind: str, name: str) -> Part:
    """That store as a part; each kind keeps its data in a folder of its own."""
    store = STORES[kind]

    def own(site: Site) -> Path:
        return site.folder / kind

    async def prepare(site: Site) -> None:
        (own(site) / "buckets" / BUCKET).mkdir(parents=True, exist_ok=True)

    def command(site: Site) -> list[str]:
        words = store.words(f"127.0.0.1:{_port(site)}", own(site) / "buckets", own(site))
        return [str(store.module.program(site.cache)), *words]

    return Part(
        name=name,
        title=store.title,
        url_setting=f"NEXUS_{name.upper()}_URL",
        ports=(name,),
        needs=(store.module.need,),
        url=lambda site: f"http://{USER}:{site.password}@127.0.0.1:{_port(site)}/{BUCKET}",
        command=command,
        probe=lambda site: probes.http_ready(_port(site), store.health),
        prepare=prepare,
        fetch=store.module.build,
        fetching="building (once, some minutes)",
        environment=store.environment,
    )
