"""While people talk, a slot is moved: the command, and PostgreSQL under it, are killed at each step."""

import asyncio
from dataclasses import dataclass, field
from uuid import UUID

import pytest
import pytest_asyncio
from chassis.slots import slot_of
from journeys.people import Person, Town
from journeys.servers import SLOTS, WITHIN, Installation, administer
from journeys.slots import channel_at_home, everything, fill, move_and, say_where
from journeys.sockets import Client
from testkit import eventually
from testkit.jobs import running

# With two PostgreSQL servers and six processes started before the first.
pytestmark = pytest.mark.timeout(900)
STEPS = ("is closed in database", "its events are told", "of messages", "has removed it")
STAYS = ("drafts", "saved", "reminders", "scheduled", "bookmarks", "hooks")
SOURCE, TARGET = 0, 1


@dataclass(slots=True)
class Talk:
    """Somebody who talks all the time, by a gateway that was never told of the move."""

    person: Person
    channel_id: str
    acknowledged: list[str] = field(default_factory=list)
    refused: int = 0

    async def go_on(self) -> None:
        while True:
            content = f"word {len(self.acknowledged)} after {self.refused}"
            answer = await self.person.ask("POST", f"/api/channels/{self.channel_id}/messages", {"content": content})
            if answer.status == 201:
                self.acknowledged.append(answer.body["id"])
            else:
                assert answer.refusal == (503, "unavailable")
                assert int(answer.headers["retry-after"]) >= 1
                self.refused += 1
            await asyncio.sleep(0.02)


@dataclass(slots=True)
class Scene:
    """Where the channel is, and what was said there until now."""

    installation: Installation
    ada: Person
    bo: Person
    channel_id: str
    talk: Talk
    is_home: bool = True

    @property
    def slot(self) -> int:
        return slot_of(UUID(self.channel_id)) or 0

    @property
    def urls(self) -> tuple[str, str]:
        urls = self.installation.home_database, self.installation.other_database
        return urls if self.is_home else urls[::-1]

    async def move(self) -> str:
        source, target = self.urls
        return await administer("move-slot", str(self.slot), NEXUS_SOURCE_URL=source, NEXUS_TARGET_URL=target)

    async def arrive(self) -> None:
        """It goes on where it was cut off; people are told where their channel is now, and all is there once."""
        await eventually(self.move, WITHIN * 2)
        self.is_home = not self.is_home
        await say_where(self.installation, SLOTS if self.is_home else f"{SLOTS},{self.slot}")
        history = await self.bo.everything(self.channel_id)
        assert [each["seq"] for each in history] == list(range(1, len(history) + 1))
        ids = [each["id"] for each in history]
        assert len({*ids}) == len(ids)
        assert {*self.talk.acknowledged} <= {*ids}
        unread = await self.bo.get(f"/api/channels/{self.channel_id}/unread")
        theirs = [each for each in history if each["seq"] > unread["lastReadSeq"] and each["userId"] != self.bo.id]
        assert unread["unread"] == min(len(theirs), 1_000)
        totals = (await self.bo.get("/api/unread"))["channels"]
        assert [each["unread"] for each in totals if each["channelId"] == self.channel_id] == [unread["unread"]]
        assert len((await self.bo.get("/api/drafts"))["drafts"]) == 1


@pytest_asyncio.fixture
async def scene(installation: Installation, town: Town) -> Scene:
    ada = await town.register("Ada")
    workspace_id = (await ada.post("/api/workspaces", {"name": "Moving on"}))["id"]
    bo = await town.join(ada, workspace_id, "Bo")
    channel_id, _ = await channel_at_home(ada, workspace_id)
    await bo.post(f"/api/channels/{channel_id}/join")
    await fill(channel_id, ada, bo)
    return Scene(installation, ada, bo, channel_id, Talk(ada, channel_id))


def heard(client: Client) -> set[str]:
    return {told["message"]["id"] for told in client.told("message:receive")}


async def test_whenever_the_command_is_killed_it_goes_on(scene: Scene) -> None:
    before = await everything(scene.channel_id, scene.ada, scene.bo)
    for step in STEPS:
        his = await scene.bo.connect()
        async with running(scene.talk.go_on()):
            await eventually(lambda his=his: len(his.messages(scene.channel_id)) > 3, WITHIN)
            ended, said = await move_and(lambda run: run.kill(), step, scene.slot, *scene.urls)
            assert ended == -9, said
            refused = scene.talk.refused
            await eventually(lambda refused=refused: scene.talk.refused > refused, WITHIN)
        # A listener hears all that was said since they came: no event stayed behind.
        await eventually(lambda his=his, said=scene.talk.acknowledged[-1]: said in heard(his), WITHIN)
        seqs = [each["seq"] for each in his.messages(scene.channel_id)]
        assert seqs == list(range(seqs[0], seqs[-1] + 1))
        await scene.arrive()
    after = await everything(scene.channel_id, scene.ada, scene.bo)
    assert {name: after[name] for name in STAYS} == {name: before[name] for name in STAYS}
    assert (await scene.bo.everything(scene.channel_id))[: len(before["history"])] == before["history"]


@pytest.mark.parametrize("victim", [SOURCE, TARGET])
async def test_whenever_postgresql_is_killed_it_is_said_how_it_stands_and_goes_on(scene: Scene, victim: int) -> None:
    for step in STEPS:
        server = scene.installation.servers[victim if scene.is_home else 1 - victim]
        async with running(scene.talk.go_on()):
            ended, said = await move_and(
                lambda _, server=server: server.kill("postgres"), step, scene.slot, *scene.urls
            )
            if ended:
                assert "Traceback" not in said
                assert "stays where it was" in said or "run this again" in said or "run it again" in said
            await eventually(lambda server=server: server.is_running("postgres"), WITHIN)
        await scene.arrive()


async def test_what_was_begun_is_taken_back(scene: Scene) -> None:
    await move_and(lambda run: run.kill(), STEPS[1], scene.slot, *scene.urls)
    refused = await scene.ada.ask("POST", f"/api/channels/{scene.channel_id}/messages", {"content": "closed?"})
    assert refused.refusal == (503, "unavailable")
    said = await administer("move-slot", str(scene.slot), "--undo", NEXUS_SOURCE_URL=scene.urls[0])
    assert "stays where it was" in said
    assert (await scene.ada.post(f"/api/channels/{scene.channel_id}/messages", {"content": "open"}))["seq"] == 5
