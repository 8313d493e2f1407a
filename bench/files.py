"""How fast files come in, how little memory that takes, and how soon their thumbnails are there.

python bench/files.py [--quick]
"""

import argparse
import asyncio
import json
import re
import statistics
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any

import sending
from photographs import photograph
from product import Member, Product, cpu_seconds, machine, running_with_files
from testkit import buckets, eventually

MIB = 1024 * 1024
SAMPLE = 0.05
CLEAN_WITHIN = 300
KINDS = ("gateway", "files", "store", "scanner", "postgres")


@dataclass(slots=True)
class Memory:
    """How far a process's resident memory grew."""

    pid: int
    before: int = 0
    most: int = 0

    def look(self) -> int:
        found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{self.pid}/status").read_text())
        return int(found[1]) * 1024 if found else 0

    @property
    def growth(self) -> float:
        return (self.most - self.before) / MIB


@dataclass(frozen=True, slots=True)
class Drive:
    """Somebody's own files in a workspace."""

    product: Product
    who: Member
    workspace_id: str

    @property
    def place(self) -> dict[str, str]:
        return {"entityType": "user", "entityId": str(self.who.user_id), "workspaceId": self.workspace_id}

    async def ask(self, method: str, path: str, body: object = None) -> Any:
        return await self.product.ask(self.who, method, path, body)

    async def upload(self, file: Path) -> tuple[str, float]:
        """By a form through the gateway: the file's id, and how long it took."""
        headers = {"Authorization": f"Bearer {self.who.token}"}
        answer = await asyncio.to_thread(
            sending.form, self.product.gateway.url + "/api/files", headers, self.place, file
        )  # fmt: skip
        if answer.status != 201:
            raise RuntimeError(f"upload: {answer}")
        return str(json.loads(answer.body)["id"]), answer.seconds

    async def put(self, file: Path, size: int) -> tuple[str, float]:
        """Straight to the store, with what has to be asked before and said afterwards."""
        began = monotonic()
        body = {"filename": file.name, "size": size, **self.place}
        told = await self.ask("POST", "/api/files/direct", body)
        answer = await asyncio.to_thread(sending.put, told["url"], told["headers"], file)
        if answer.status != 200:
            raise RuntimeError(f"direct: {answer}")
        await self.ask("POST", f"/api/files/direct/{told['id']}/complete")
        return str(told["fileId"]), monotonic() - began

    async def clean(self, file_id: str) -> None:
        """Once it was scanned, and what is made of it is made or begun."""
        await self.until(file_id, lambda file: file["status"] == "clean")

    async def until(self, file_id: str, check: Callable[[Any], bool]) -> None:
        async def holds() -> bool:
            return check(await self.ask("GET", f"/api/files/{file_id}"))

        await eventually(holds, CLEAN_WITHIN)


@asynccontextmanager
async def watched(**pids: int) -> AsyncIterator[dict[str, Memory]]:
    """Memory of these processes while the block lasts."""
    watching = {name: Memory(pid) for name, pid in pids.items()}
    for memory in watching.values():
        memory.before = memory.most = memory.look()

    async def look() -> None:
        while True:
            for memory in watching.values():
                memory.most = max(memory.most, memory.look())
            await asyncio.sleep(SAMPLE)

    looking = asyncio.create_task(look())
    try:
        yield watching
    finally:
        looking.cancel()


async def large(drive: Drive, folder: Path, size: int) -> None:
    product = drive.product
    if product.files is None:
        raise RuntimeError("files does not run")
    await drive.clean((await drive.upload(sending.file_of(folder, 32 * MIB)))[0])
    file = sending.file_of(folder, size)
    before = cpu_seconds()
    async with watched(files=product.files.pid, gateway=product.gateway.pid) as memory:
        file_id, seconds = await drive.upload(file)
        used, uploaded = cpu_seconds(), {name: each.growth for name, each in memory.items()}
        began = monotonic()
        await drive.clean(file_id)
    print(f"| upload of {size // MIB:,} MiB through the gateway | {size / seconds / 1e6:.0f} MB/s |")
    print(f"| memory of files, of the gateway meanwhile | {uploaded['files']:+.1f}, {uploaded['gateway']:+.1f} MiB |")
    print(
        f"| then until it is clean; memory of files | {monotonic() - began:.1f} s; {memory['files'].growth:+.1f} MiB |"
    )
    spent = ", ".join(f"{used.get(kind, 0) - before.get(kind, 0):.1f}" for kind in KINDS)
    print(f"| processor seconds: {', '.join(KINDS)} | {spent} |", flush=True)
    file.unlink()


async def direct(drive: Drive, folder: Path, size: int, rounds: int) -> None:
    """In turns with the bare store, so that whatever else the machine does meets both."""
    ours, bare = [], []
    for _ in range(rounds):
        file = sending.file_of(folder, size)
        file_id, seconds = await drive.put(file, size)
        ours.append(seconds)
        await drive.clean(file_id)
        bare.append(await _bare(drive.product.s3_url, file))
        file.unlink()
    rates = [size / statistics.median(seconds) / 1e6 for seconds in (ours, bare)]
    print(f"| direct upload of {size // MIB} MiB, beside the bare store | {rates[0]:.0f}, {rates[1]:.0f} MB/s "
          f"({rates[0] / rates[1]:.2f}) |", flush=True)  # fmt: skip


async def _bare(s3_url: str, file: Path) -> float:
    async with buckets.client(s3_url) as s3:
        where = {"Bucket": buckets.name_of(s3_url), "Key": f"bare/{file.name}"}
        url = await s3.generate_presigned_url("put_object", Params=where)
        answer = await asyncio.to_thread(sending.put, url, {}, file)
        await s3.delete_object(**where)
    if answer.status != 200:
        raise RuntimeError(f"bare: {answer}")
    return answer.seconds


async def thumbnails(drive: Drive, folder: Path, number: int) -> None:
    """From the upload's answer until the thumbnail's bytes are here."""
    seconds = []
    for _ in range(number):
        file = await asyncio.to_thread(photograph, folder)
        file_id, _ = await drive.upload(file)
        began = monotonic()
        await drive.until(file_id, lambda told: bool(told["thumbnail"]))
        address = (await drive.ask("GET", f"/api/files/{file_id}/url?variant=thumbnail"))["url"]
        async with drive.product.http.get(address) as answer:
            if answer.status != 200 or not await answer.read():
                raise RuntimeError(f"thumbnail: {answer}")
        seconds.append(monotonic() - began)
        file.unlink()
        await asyncio.sleep(0.3)
    seconds.sort()
    p95 = seconds[min(len(seconds) - 1, round(0.95 * len(seconds)))]
    print(f"| thumbnail of a 12-megapixel JPEG, after its upload: p50, p95 of {number} | "
          f"{statistics.median(seconds) * 1000:.0f}, {p95 * 1000:.0f} ms |", flush=True)  # fmt: skip


async def main(asked: argparse.Namespace) -> None:
    print(machine())
    size, put, rounds, pictures = (128, 64, 3, 10) if asked.quick else (1024, 256, 5, 60)
    with tempfile.TemporaryDirectory(prefix="nexus-bench-") as name:
        folder = Path(name)
        async with running_with_files() as product:
            who = product.member()
            workspace = await product.ask(who, "POST", "/api/workspaces", {"name": "Bench"})
            drive = Drive(product, who, workspace["id"])
            # until files has heard of the workspace
            await eventually(lambda: drive.upload(sending.file_of(folder, 1000)), 20)
            print("| | |\n|---|---|")
            for part in asked.only or PARTS:
                await PARTS[part](drive, folder, size, put, rounds, pictures)


PARTS: dict[str, Callable[..., Awaitable[None]]] = {
    "large": lambda drive, folder, size, *_: large(drive, folder, size * MIB),
    "direct": lambda drive, folder, _, put, rounds, __: direct(drive, folder, put * MIB, rounds),
    "thumbnails": lambda drive, folder, *more: thumbnails(drive, folder, more[-1]),
}


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true", help="smaller and fewer")
    parser.add_argument("--only", nargs="*", choices=sorted(PARTS))
    asyncio.run(main(parser.parse_args()))
