"""Presence over all devices of a person, and typing: for those who share the room, and nobody else."""

from itertools import dropwhile

from journeys.people import Person, Team, Town
from journeys.sockets import Client
from testkit import eventually


def statuses(client: Client, of: Person) -> list[str]:
    """What a client was told of somebody, beginning with their coming."""
    told = [told["status"] for told in client.told("presence:update") if told["userId"] == of.id]
    return list(dropwhile(lambda status: status == "offline", told))


async def status(asker: Person, of: Person) -> str:
    (entry,) = (await asker.get(f"/api/presence?userIds={of.id}"))["presence"]
    assert entry["userId"] == of.id
    return str(entry["status"])


async def _met(team: Team) -> None:
    """Everybody knows that they share a workspace."""
    ada, *others = team.people
    for other in others:
        client = await other.connect()
        await _becomes(ada, other, "online")
        await client.close()
        await _becomes(ada, other, "offline")


async def _becomes(asker: Person, of: Person, wanted: str) -> None:
    async def is_so() -> bool:
        return await status(asker, of) == wanted

    await eventually(is_so)


async def test_a_person_is_there_as_long_as_one_of_their_devices_is(town: Town) -> None:
    team = await town.team("Ada", "Bo")
    ada, bo = team
    await _met(team)
    of_ada = await ada.connect()
    phone, desk = await bo.connect("polling"), await bo.connect()
    await eventually(lambda: statuses(of_ada, bo) == ["online"])
    await phone.close()
    # What is told next shows that closing the phone told nothing.
    await desk.do("presence:update", {"status": "busy"})
    await eventually(lambda: statuses(of_ada, bo) == ["online", "busy"])
    assert await status(ada, bo) == "busy"
    await desk.close()
    await eventually(lambda: statuses(of_ada, bo) == ["online", "busy", "offline"])
    back = await bo.connect()
    await eventually(lambda: statuses(of_ada, bo)[3:] == ["busy"])
    await bo.do("PUT", "/api/presence", {"status": "online"})
    await eventually(lambda: statuses(of_ada, bo)[3:] == ["busy", "online"])
    await back.cut()
    await back.close()
    await eventually(lambda: statuses(of_ada, bo)[3:] == ["busy", "online", "offline"])


async def test_who_chooses_to_be_unseen_is_offline_to_others_and_hears_everything(town: Town) -> None:
    team = await town.team("Ada", "Bo")
    ada, bo = team
    await _met(team)
    of_ada, of_bo = await ada.connect(), await bo.connect()
    await eventually(lambda: statuses(of_ada, bo) == ["online"])
    await of_bo.do("presence:update", {"status": "offline"})
    await eventually(lambda: statuses(of_ada, bo) == ["online", "offline"])
    assert await status(ada, bo) == "offline"
    said = await of_ada.say(team.channel_id, "is anybody there?")
    await eventually(lambda: of_bo.messages(team.channel_id) == [said])


async def test_strangers_learn_nothing(town: Town) -> None:
    team, stranger = await town.team("Ada", "Bo"), await town.register("Cy")
    ada, bo = team
    await _met(team)
    of_stranger, of_ada = await stranger.connect(), await ada.connect()
    of_bo = await bo.connect()
    await eventually(lambda: statuses(of_ada, bo) == ["online"])
    assert await status(stranger, bo) == "offline"
    await of_bo.do("typing:start", {"channelId": team.channel_id})
    await eventually(lambda: of_ada.told("typing:start"))
    assert statuses(of_stranger, bo) == []
    assert of_stranger.count("typing:start") == 0


async def test_typing_is_seen_by_the_others_in_the_channel(town: Town) -> None:
    team = await town.team("Ada", "Bo", "Cy")
    ada, bo, cy = team
    await cy.post(f"/api/channels/{team.channel_id}/leave")
    of_ada, of_bo, of_cy = await ada.connect("polling"), await bo.connect(), await cy.connect()
    told = {"channelId": team.channel_id, "userId": bo.id}
    await of_bo.do("typing:start", {"channelId": team.channel_id})
    await eventually(lambda: of_ada.told("typing:start") == [told])
    await of_bo.do("typing:stop", {"channelId": team.channel_id, "userId": bo.id})
    await eventually(lambda: of_ada.told("typing:stop") == [told])
    assert of_bo.count("typing:start") == of_cy.count("typing:start") == 0
