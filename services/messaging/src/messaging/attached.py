"""Files that a message is to carry at its time: the service that keeps them says what has become of each."""

from collections.abc import Iterable, Mapping
from typing import Any, NoReturn
from uuid import UUID

import aiohttp
import orjson
from chassis import tracing
from chassis.problems import Problem, unavailable

DEADLINE = aiohttp.ClientTimeout(total=3, connect=1)


class Shelf:
    """The way to the files of others; an author may share there what they see."""

    def __init__(self, url: str = "", secret: str = "") -> None:
        self._url, self._headers = url.rstrip("/"), {"Authorization": f"Internal {secret}"}

    async def states(self, user_id: UUID, file_ids: Iterable[UUID]) -> dict[UUID, Mapping[str, Any]]:
        """Those of them that this person sees; `Problem` 503 while nobody can say."""
        if not self._url:
            raise unavailable("This installation does not say where its files are (NEXUS_FILES_URL).")
        headers = {**self._headers, "Content-Type": "application/json"}
        tracing.inject(headers)
        body = orjson.dumps({"ids": [str(file_id) for file_id in file_ids]})
        try:
            async with (
                aiohttp.ClientSession(timeout=DEADLINE, trust_env=False) as http,
                http.post(f"{self._url}/internal/users/{user_id}/files", data=body, headers=headers) as answer,
            ):
                if answer.status != 200:
                    _away()
                told = orjson.loads(await answer.read())
        except (TimeoutError, aiohttp.ClientError, OSError, orjson.JSONDecodeError) as error:
            raise unavailable() from error
        return {UUID(file["id"]): file for file in told["files"]}


class Round:
    """One look at many messages: once nobody answers, those after it do not wait for an answer, too."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._away: Problem | None = None

    async def refusal(self, user_id: UUID, attachments: Iterable[Mapping[str, object]]) -> Problem | None:
        """Why a message with these cannot be sent now; one of status 503 passes."""
        file_ids = named(attachments)
        if not file_ids or self._away:
            return self._away if file_ids else None
        try:
            states = await self._shelf.states(user_id, file_ids)
        except Problem as problem:
            self._away = problem
            return problem
        return _first(_gone(file_id, states) or _unfinished(file_id, states) for file_id in file_ids)


async def require(shelf: Shelf, user_id: UUID, attachments: Iterable[Mapping[str, object]]) -> None:
    """`Problem` 404 for a file that the author does not see, 409 for one that is refused, or of which not all bytes are
    there; it may still wait for the scanner."""
    file_ids = named(attachments)
    states = await shelf.states(user_id, file_ids) if file_ids else {}
    if refusal := _first(_gone(file_id, states) or _uploading(file_id, states) for file_id in file_ids):
        raise refusal


def named(attachments: Iterable[Mapping[str, object]]) -> list[UUID]:
    """Attachments are as clients made them: what is no file's id is passed over, here as by the service of files."""
    found: dict[UUID, None] = {}
    for attachment in attachments:
        file_id = attachment.get("fileId")
        if isinstance(file_id, str) and len(file_id) == 36:
            try:
                found[UUID(file_id)] = None
            except ValueError:
                continue
    return list(found)


def _gone(file_id: UUID, states: Mapping[UUID, Mapping[str, Any]]) -> Problem | None:
    file = states.get(file_id)
    if file is None:
        return Problem(404, "file_gone", f"attachments: the file {file_id} is gone, or you may not see it.")
    if file["status"] == "refused":
        return Problem(409, "file_refused", f"attachments: the file {file_id} was refused ({file['reason']}).")
    return None


def _uploading(file_id: UUID, states: Mapping[UUID, Mapping[str, Any]]) -> Problem | None:
    if states[file_id]["status"] != "uploading":
        return None
    return Problem(409, "file_uploading", f"attachments: the file {file_id} is still being uploaded.")


def _unfinished(file_id: UUID, states: Mapping[UUID, Mapping[str, Any]]) -> Problem | None:
    if states[file_id]["status"] == "clean":
        return None
    return Problem(503, "file_not_scanned", f"The file {file_id} has not been scanned yet.", retry_after=5)


def _first(problems: Iterable[Problem | None]) -> Problem | None:
    return next((problem for problem in problems if problem), None)


def _away() -> NoReturn:
    raise unavailable()
