"""Files in channels: heard of and readable where they hang, from the scan on, for as long as somebody reads there."""

import io
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from journeys.people import Json, Person, Team, Town
from journeys.sockets import Client
from testkit import eventually

# In two pieces, so that nothing takes this file for what it is about.
VIRUS = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
FILES = "/api/files"


async def shared(who: Person, channel_id: str, body: bytes, name: str) -> Json:
    """A file whose bytes are there; the channel may take a moment to be known where files are kept."""

    async def taken() -> Json | None:
        form = aiohttp.FormData({"entityType": "channel", "entityId": channel_id})
        form.add_field("file", io.BytesIO(body), filename=name, content_type="text/plain")
        answer = await who.ask("POST", FILES, data=form)
        return answer.body if answer.status == 201 else None

    return await eventually(taken, within=60)


def told(client: Client, event: str, file: Json) -> list[Any]:
    return [body for body in client.told(event) if body["fileId"] == file["id"]]


async def posted(who: Person, channel_id: str, file: Json) -> Json:
    body = {"content": "here it is", "attachments": [{"fileId": file["id"], "name": file["filename"]}]}
    return await who.post(f"/api/channels/{channel_id}/messages", body)


async def can_read(who: Person, file: Json) -> bool:
    answer = await who.ask("GET", f"{FILES}/{file['id']}")
    assert answer.status in (200, 404), answer
    return answer.status == 200


async def bytes_at(url: str) -> tuple[int, bytes]:
    async with aiohttp.ClientSession() as http, http.get(url) as answer:
        return answer.status, await answer.read()


async def reads(who: Person, file: Json, *, within: float = 30) -> None:
    async def now() -> bool:
        return await can_read(who, file)

    await eventually(now, within)


async def reads_no_more(who: Person, file: Json) -> None:
    async def no_more() -> bool:
        return not await can_read(who, file)

    await eventually(no_more, within=30)


async def private(team: Team, name: str, *people: Person) -> str:
    ada = team.people[0]
    return await ada.channel(team.workspace_id, name, type="private", members=[person.id for person in people])


async def test_a_file_is_heard_of_and_read_where_it_hangs_and_nowhere_else(town: Town) -> None:
    team = await town.team("Ada", "Bo", "Cy")
    ada, bo, cy = team
    channel_id = await private(team, "secret", bo)
    of_ada, of_bo, of_cy = [await person.connect() for person in team]
    file = await shared(ada, channel_id, b"the plan", "plan.txt")
    await eventually(lambda: told(of_ada, "file:uploaded", file), within=30)
    await eventually(lambda: told(of_bo, "file:ready", file), within=60)
    (ready, *_) = told(of_bo, "file:ready", file)
    assert (ready["file"]["status"], ready["file"]["entityId"]) == ("clean", channel_id)
    assert not any(event.startswith("file:") for event, _ in of_cy.heard)
    assert [await can_read(person, file) for person in team] == [True, True, False]
    listed = await bo.get(f"{FILES}?entityType=channel&entityId={channel_id}")
    assert [each["id"] for each in listed["files"]] == [file["id"]]
    assert (await cy.ask("GET", f"{FILES}?entityType=channel&entityId={channel_id}")).refusal == (404, "not_found")
    given = await bo.get(f"{FILES}/{file['id']}/url")
    assert await bytes_at(given["url"]) == (200, b"the plan")
    assert urlsplit(given["url"]).netloc != urlsplit(str(town.http._base_url)).netloc


async def test_rights_to_a_file_come_and_go_with_messages_and_members(town: Town) -> None:
    team = await town.team("Ada", "Bo", "Cy")
    ada, bo, cy = team
    channel_id = await private(team, "secret", bo)
    of_cy = await cy.connect()
    file = await shared(ada, channel_id, b"for some, then for all", "news.txt")
    await reads(bo, file, within=60)
    message = await posted(ada, team.channel_id, file)
    await reads(cy, file)
    await eventually(lambda: told(of_cy, "file:changed", file), within=30)
    given = await cy.get(f"{FILES}/{file['id']}/url")
    assert (await bytes_at(given["url"]))[0] == 200
    await ada.do("DELETE", f"/api/messages/{message['id']}")
    await reads_no_more(cy, file)
    await eventually(lambda: told(of_cy, "file:deleted", file), within=30)
    assert (await bytes_at(given["url"]))[0] == 404
    assert await can_read(bo, file)
    given = await bo.get(f"{FILES}/{file['id']}/url")
    await ada.do("DELETE", f"/api/channels/{channel_id}/members/{bo.id}")
    await reads_no_more(bo, file)
    assert (await bytes_at(given["url"]))[0] == 404


async def test_what_is_found_to_be_malicious_is_known_to_its_uploader_alone(town: Town) -> None:
    team = await town.team("Ada", "Bo")
    ada, bo = team
    of_ada, of_bo = await ada.connect(), await bo.connect()
    file = await shared(ada, team.channel_id, VIRUS, "invoice.pdf")
    await eventually(lambda: told(of_ada, "file:refused", file), within=60)
    assert told(of_ada, "file:refused", file)[0]["reason"] == "malware"
    seen = await ada.get(f"{FILES}/{file['id']}")
    assert (seen["status"], seen["reason"]) == ("refused", "malware")
    assert not await can_read(bo, file)
    assert (await ada.ask("GET", f"{FILES}/{file['id']}/url")).status in (404, 409)
    await posted(ada, team.channel_id, file)
    said = await (await ada.connect()).say(team.channel_id, "after it")
    await eventually(lambda: said in of_bo.messages(team.channel_id))
    assert not await can_read(bo, file)
    assert not any(event.startswith("file:") for event, _ in of_bo.heard)
