"""Messaging, files and a gateway as in production, with people and channels in them, to be measured."""

import asyncio
import os
import platform
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import aiohttp
from eventbus import administration
from localstack import start_parts
from testkit import Databases, Issuer, Process, process
from testkit.ports import free_port
from uuid_utils.compat import uuid7

HOUR = 3600
START_WITHIN = 60
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody with a valid token."""

    user_id: UUID
    email: str
    token: str


@dataclass(frozen=True, slots=True)
class Product:
    """What runs, and how to ask it."""

    gateway: Process
    messaging: Process
    database_url: str
    http: aiohttp.ClientSession
    tokens: Issuer
    files: Process | None = None
    s3_url: str = ""

    def member(self) -> Member:
        user_id, email = uuid7(), f"{uuid7()}@example.com"
        return Member(user_id, email, self.tokens.token(user_id, email=email, expires_in=HOUR))

    async def ask(self, who: Member, method: str, path: str, body: object = None) -> Any:
        headers = {"Authorization": f"Bearer {who.token}"}
        async with self.http.request(method, self.gateway.url + path, json=body, headers=headers) as answer:
            told = await answer.json() if answer.status != 204 else None
            if answer.status >= 300:
                raise RuntimeError(f"{method} {path}: {told}")
            return told


@asynccontextmanager
async def running() -> AsyncIterator[Product]:
    """Start the parts and services; everything ends with the block."""
    with start_parts(("postgres", "redis", "kafka")) as parts:
        await administration.ensure_topics(parts.urls["kafka"])
        databases = Databases(parts.urls["postgres"], Path.cwd())
        url = await databases("messaging")
        async with (
            Issuer() as tokens,
            _service("messaging", parts.urls, tokens, url, {}) as messaging,
            _service("gateway", parts.urls, tokens, "", _addresses(messaging)) as gateway,
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=30)) as http,
        ):
            yield Product(gateway, messaging, url, http, tokens)


@asynccontextmanager
async def running_with_files() -> AsyncIterator[Product]:
    """The same with files, an object store and a scanner."""
    with start_parts(("postgres", "redis", "kafka", "s3", "clamd")) as parts:
        await administration.ensure_topics(parts.urls["kafka"])
        databases = Databases(parts.urls["postgres"], Path.cwd())
        url = await databases("messaging")
        async with (
            Issuer() as tokens,
            _service("messaging", parts.urls, tokens, url, {}) as messaging,
            _service("files", parts.urls, tokens, await databases("files"), _around(parts.urls)) as files,
            _service("gateway", parts.urls, tokens, "", _addresses(messaging, files)) as gateway,
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=30)) as http,
        ):
            yield Product(gateway, messaging, url, http, tokens, files, parts.urls["s3"])


def _around(urls: Mapping[str, str]) -> dict[str, str]:
    port = str(free_port())
    return {
        "NEXUS_S3_URL": urls["s3"],
        "NEXUS_CLAMD_URL": urls["clamd"],
        "NEXUS_PORT_CONTENT": port,
        "NEXUS_CONTENT_URL": f"http://127.0.0.1:{port}",
    }


def _service(
    module: str, urls: Mapping[str, str], tokens: Issuer, database_url: str, settings: Mapping[str, str]
) -> Any:
    return process(
        module, database_url=database_url, kafka_url=urls["kafka"], redis_url=urls["redis"],
        jwks_url=tokens.jwks_url, settings=settings, within=START_WITHIN,
    )  # fmt: skip


def _addresses(messaging: Process, files: Process | None = None) -> dict[str, str]:
    # Identity and presence are not asked by what is measured.
    return {
        "NEXUS_MESSAGING_URL": messaging.url,
        "NEXUS_IDENTITY_URL": "http://127.0.0.1:1",
        "NEXUS_PRESENCE_URL": "http://127.0.0.1:1",
        "NEXUS_FILES_URL": files.url if files else "http://127.0.0.1:1",
    }


async def people_channels(product: Product, channels: int, members: int) -> list[tuple[str, list[Member]]]:
    """Channels of so many members each, nobody in two of them; all through the public API."""
    owner = product.member()
    workspace = (await product.ask(owner, "POST", "/api/workspaces", {"name": "Bench"}))["id"]
    people = [product.member() for _ in range(channels * members)]
    for start in range(0, len(people), 100):
        emails = [member.email for member in people[start : start + 100]]
        await product.ask(owner, "POST", f"/api/workspaces/{workspace}/invite", {"emails": emails})
    rows = (await product.ask(owner, "GET", f"/api/workspaces/{workspace}/invitations"))["invitations"]
    tokens = {row["email"]: row["token"] for row in rows}
    for start in range(0, len(people), 8):
        await asyncio.gather(
            *(
                product.ask(m, "POST", "/api/invitations/accept", {"token": tokens[m.email]})
                for m in people[start : start + 8]
            )
        )
    made = []
    for number in range(channels):
        mine = people[number * members : (number + 1) * members]
        body = {"name": f"channel-{number}", "type": "private", "members": [str(m.user_id) for m in mine[1:]]}
        made.append(((await product.ask(mine[0], "POST", f"/api/workspaces/{workspace}/channels", body))["id"], mine))
    return made


def cpu_seconds() -> dict[str, float]:
    """Seconds of processor that each kind of our processes has used so far."""
    used: dict[str, float] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and (name := _kind(folder)):
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
            used[name] = used.get(name, 0.0) + (int(fields[11]) + int(fields[12])) / TICKS
    return used


def _kind(folder: Path) -> str:
    try:
        command = (folder / "cmdline").read_bytes().decode(errors="replace")
    except OSError:
        return ""
    names = {"-m\0gateway": "gateway", "-m\0messaging": "messaging", "kafka.Kafka": "kafka", "postgres": "postgres"}
    names |= {"-m\0files": "files", "/minio\0": "store", "/versitygw\0": "store", "/clamd\0": "scanner"}
    found = next((name for mark, name in names.items() if mark in command), "")
    return "load" if folder.name == str(os.getpid()) else found


def machine() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    model = next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), "?")
    return f"{os.cpu_count()} x {model}, Python {platform.python_version()}"
