"""What people send: forms with files, and the test virus, put together here so that no file of the project holds it."""

import io
from typing import Any

import aiohttp
from desk import Asker
from files.jobs import QUICK, QUIET, SLOW
from files.workshop import Workshop

VIRUS = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
CHANNEL = "channel"


async def sent(
    who: Asker,
    body: Any,
    filename: str = "said.txt",
    media_type: str = "text/plain",
    path: str = "/api/files",
    **fields: object,
) -> tuple[int, Any]:
    """A form as browsers send it, with the fields before the file."""
    form = aiohttp.FormData()
    for name, value in fields.items():
        form.add_field(name, str(value))
    # aiohttp warns of large bytes as they are.
    content = io.BytesIO(body) if isinstance(body, bytes) else body
    form.add_field("file", content, filename=filename, content_type=media_type)
    async with who.http.post(who.url + path, data=form, headers=who.headers) as answer:
        return answer.status, await answer.json(content_type=None)


async def taken(who: Asker, channel_id: object, body: Any = b"said", filename: str = "said.txt", **more: Any) -> Any:
    """A file's JSON, whose bytes wait for the scanner."""
    status, told = await sent(who, body, filename, entityType=CHANNEL, entityId=channel_id, **more)
    assert status == 201, told
    return told


async def worked(workshop: Workshop, lanes: tuple[str, ...] = (QUICK, SLOW, QUIET)) -> list[str]:
    """Everything that is to be done now, done; the kinds of the jobs that were taken, in their order."""
    done: list[str] = []
    while True:
        for lane in lanes:
            if (job := await workshop._take(lane)) is not None:
                await workshop.do(job)
                done.append(job.kind)
                break
        else:
            return done
