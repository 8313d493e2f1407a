"""The real parts: they answer, come back, and survive their launcher."""

import io
import os
import signal
import struct
import subprocess
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest
from botocore.exceptions import ClientError
from localstack import NotStarted, Parts, probes, start_parts
from localstack.borrowed import passing_folder
from localstack.leftovers import Ledger
from localstack.parts.postgres import find
from testkit import eventually
from testkit.buckets import client, name_of

PROBES = {
    "postgres": probes.postgres,
    "redis": probes.redis,
    "kafka": probes.kafka,
    "s3": partial(probes.http_ready, path="/minio/health/ready"),
    "clamd": probes.clamd,
}

# Parts given from outside are nobody's to kill.
pytestmark = [
    pytest.mark.parts,
    pytest.mark.skipif(
        any(f"NEXUS_{name.upper()}_URL" in os.environ for name in PROBES), reason="the parts are given by URL"
    ),
]


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with passing_folder() as path:
        yield path


def port(url: str) -> int:
    return int(url.rpartition(":")[2].partition("/")[0])


async def answers(parts: Parts, name: str) -> bool:
    await PROBES[name](port(parts.urls[name]))
    return True


def is_another(parts: Parts, name: str, pid: int) -> bool:
    return parts.is_running(name) and parts.pid(name) != pid


def query(url: str, sql: str) -> str:
    argv = [find("psql") or "psql", "-XtA", "-d", url, "-c", sql]
    return subprocess.run(argv, capture_output=True, text=True, check=True, timeout=10).stdout.strip()


async def put(url: str, key: str, content: bytes) -> None:
    async with client(url) as s3:
        await s3.put_object(Bucket=name_of(url), Key=key, Body=content)


async def got(url: str, key: str) -> bytes:
    async with client(url) as s3:
        answer = await s3.get_object(Bucket=name_of(url), Key=key)
        return bytes(await answer["Body"].read())


async def scanned(url: str, content: bytes) -> str:
    frame = struct.pack("!I", len(content)) + content + struct.pack("!I", 0)
    return (await probes.exchange(port(url), b"zINSTREAM\0" + frame, 1000)).rstrip(b"\0").decode()


@contextmanager
def running(folder: Path, *names: str) -> Iterator[Parts]:
    with start_parts(names or tuple(PROBES), folder) as parts:
        yield parts


async def test_all_parts_come_up_and_each_comes_back_after_a_kill(folder: Path) -> None:
    with running(folder) as parts:
        assert (
            query(parts.urls["postgres"], "SELECT current_setting('fsync') || current_setting('synchronous_commit')")
            == "onon"
        )
        query(parts.urls["postgres"], "CREATE TABLE kept AS SELECT 1 AS value")
        await put(parts.urls["s3"], "kept", b"bytes")
        before = {name: parts.pid(name) for name in PROBES}
        for name in PROBES:
            parts.kill(name)
        for name in PROBES:
            await eventually(partial(is_another, parts, name, before[name]), within=20)
            await eventually(partial(answers, parts, name), within=90)
        assert query(parts.urls["postgres"], "SELECT value FROM kept") == "1"
        assert await got(parts.urls["s3"], "kept") == b"bytes"
        assert await scanned(parts.urls["clamd"], b"nothing of note") == "stream: OK"


@pytest.mark.parametrize("chosen", ["minio", "versitygw"])
async def test_either_object_store_keeps_what_was_put_over_a_restart(
    chosen: str, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEXUS_OBJECT_STORE", chosen)
    folder = tmp_path_factory.mktemp("store")
    with running(folder, "s3") as parts:
        await put(parts.urls["s3"], "a/b", b"bytes")
    with running(folder, "s3") as parts:
        assert await got(parts.urls["s3"], "a/b") == b"bytes"
        async with client(parts.urls["s3"].replace("nexus:", "nexus:0")) as stranger:
            with pytest.raises(ClientError, match="SignatureDoesNotMatch"):
                await stranger.list_objects_v2(Bucket=name_of(parts.urls["s3"]))


async def test_the_scanner_finds_the_test_virus_also_in_an_archive(folder: Path) -> None:
    virus = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-" + b"FILE!$H+H*"
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("inside.txt", virus)
    with running(folder, "clamd") as parts:
        for infected in (virus, archive.getvalue()):
            assert await scanned(parts.urls["clamd"], infected) == "stream: Nexus.Test.Eicar.UNOFFICIAL FOUND"


async def test_a_killed_launcher_leaves_nothing_that_blocks_the_next(folder: Path) -> None:
    with running(folder, "postgres", "redis") as parts:
        ledger = Ledger(folder / "run" / "children.json")
        os.kill(parts.launcher, signal.SIGKILL)
        await eventually(lambda: not ledger.running(), within=10)
    with running(folder, "postgres", "redis") as parts:
        assert query(parts.urls["postgres"], "SELECT value FROM kept") == "1"
        assert await answers(parts, "redis")


def test_a_second_launcher_on_the_same_folder_names_the_first(folder: Path) -> None:
    with (
        running(folder, "redis") as parts,
        pytest.raises(NotStarted, match=f"already running here: pid {parts.launcher}"),
        running(folder, "redis"),
    ):
        pass


def test_a_part_given_by_url_is_not_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEXUS_REDIS_URL", "redis://elsewhere:1/0")
    with running(tmp_path, "redis") as parts:
        assert parts.urls == {"redis": "redis://elsewhere:1/0"}
        assert not parts.is_running("redis")
