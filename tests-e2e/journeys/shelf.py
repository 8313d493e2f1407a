"""Files that people share while things break: uploads that are tried until they are acknowledged, and what must be true
of all of them in the end."""

import asyncio
import hashlib
import io
import os
from collections import Counter
from dataclasses import dataclass, field
from uuid import uuid4

import aiohttp
from testkit import eventually

from journeys.people import Answer, Json, Person

# In two halves, so that no file of the project holds it.
VIRUS = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
# Not yet: the service is away, or what it lost is still counted as under way.
AGAIN = {408, 409, 429, 502, 503}
WITHIN = 120.0
GONE = (aiohttp.ClientError, TimeoutError, OSError)


@dataclass(slots=True)
class Shelf:
    """One channel's files. `writer` shares and removes them, `reader` looks at them all the time."""

    writer: Person
    reader: Person
    channel_id: str
    # Acknowledged: by id, the hash of what was sent.
    kept: dict[str, str] = field(default_factory=dict)
    removed: set[str] = field(default_factory=set)
    infected: set[str] = field(default_factory=set)
    # By name: what was sent under it, and how often it was tried.
    sent: dict[str, str] = field(default_factory=dict)
    tries: Counter[str] = field(default_factory=Counter)
    looks: int = 0

    async def share(self, size: int) -> str:
        """A file that nobody else has, acknowledged."""
        body, name = os.urandom(size), f"{uuid4()}.bin"
        self.sent[name] = hashlib.sha256(body).hexdigest()
        told = await self._acknowledged(name, body)
        assert told["sha256"] in (None, self.sent[name]), told
        self.kept[told["id"]] = self.sent[name]
        return str(told["id"])

    async def infect(self) -> str:
        """The test virus behind a name that says so, acknowledged as any other file."""
        told = await self._acknowledged(f"infected-{uuid4()}.txt", VIRUS)
        self.infected.add(told["id"])
        return str(told["id"])

    async def remove(self, file_id: str) -> None:
        """From the moment of trying nobody counts on it any more."""
        self.kept.pop(file_id)
        self.removed.add(file_id)

        async def gone() -> bool:
            answer = await self.writer.ask("DELETE", f"/api/files/{file_id}")
            return answer.status in (204, 404)

        await eventually(gone, WITHIN)

    async def look(self) -> None:
        """Until cancelled: the reader sees nothing that was not scanned."""
        while True:
            try:
                await self._look()
                self.looks += 1
            except GONE:
                await asyncio.sleep(0.1)
            await asyncio.sleep(0.02)

    async def _look(self) -> None:
        for file in await self.listed(limit=20):
            assert file["status"] == "clean", file
            assert not file["filename"].startswith("infected-"), file
        for file_id in list(self.infected)[-3:]:
            for path in (f"/api/files/{file_id}", f"/api/files/{file_id}/url", f"/api/files/{file_id}/versions"):
                answer = await self.reader.ask("GET", path)
                assert answer.status in {404, *AGAIN}, (path, answer)

    async def listed(self, limit: int = 100) -> list[Json]:
        """What the reader is shown of the channel; nothing while the service is away."""
        path = f"/api/files?entityType=channel&entityId={self.channel_id}&limit={limit}"
        answer = await self.reader.ask("GET", path)
        files: list[Json] = answer.body.get("files", [])
        while answer.status == 200 and limit == 100 and answer.body["cursor"]:
            answer = await self.reader.ask("GET", f"{path}&cursor={answer.body['cursor']}")
            files += answer.body.get("files", [])
        assert answer.status in {200, *AGAIN}, answer
        return files

    async def check(self) -> None:
        """Nothing lost, nothing doubled, nothing unscanned, and every byte as it was sent."""
        files = await self.listed()
        ids = [file["id"] for file in files]
        assert len(ids) == len(set(ids))
        assert set(self.kept) <= set(ids), f"lost: {set(self.kept) - set(ids)}"
        assert not (self.removed | self.infected) & set(ids)
        names = Counter(file["filename"] for file in files)
        assert all(number <= self.tries[name] for name, number in names.items()), names
        async with aiohttp.ClientSession() as http:
            for file in files:
                await self._check_bytes(http, file)
        for file_id in self.infected:
            told = await self.writer.get(f"/api/files/{file_id}")
            assert (told["status"], told["reason"]) == ("refused", "malware"), told

    async def _check_bytes(self, http: aiohttp.ClientSession, file: Json) -> None:
        address = (await self.reader.get(f"/api/files/{file['id']}/url"))["url"]
        async with http.get(address) as answer:
            assert answer.status == 200, (file, answer.status)
            found = hashlib.sha256(await answer.read()).hexdigest()
        assert found == file["sha256"] == self.sent[file["filename"]], file

    async def _acknowledged(self, name: str, body: bytes) -> Json:
        async def taken() -> Json | None:
            self.tries[name] += 1
            answer = await self._upload(name, body)
            assert answer.status in {201, *AGAIN}, answer
            return answer.body if answer.status == 201 else None

        return await eventually(taken, WITHIN)

    async def _upload(self, name: str, body: bytes) -> Answer:
        form = aiohttp.FormData()
        form.add_field("entityType", "channel")
        form.add_field("entityId", self.channel_id)
        form.add_field("file", io.BytesIO(body), filename=name, content_type="application/octet-stream")
        return await self.writer.ask("POST", "/api/files", data=form)
