"""Whatever happens in a channel, and whenever a client looks: what it holds and was brought is what is stored."""

import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from office import SECRET, Asker, Office

STEPS = 120
EMOJI = ("👍", "🎉")


@dataclass
class Device:
    """A client that hears nothing live, and syncs now and then."""

    office: Office
    held: dict[int, Any] = field(default_factory=dict)
    revision: int = 0

    async def sync(self) -> None:
        channel_id, last_seq = self.office.channel_id, max(self.held, default=0)
        asked = {"channels": {channel_id: last_seq}, "revisions": {channel_id: self.revision}}
        url = f"{self.office.owner.url}/internal/users/{self.office.member.user_id}/sync"
        headers = {"Authorization": f"Internal {SECRET}"}
        async with self.office.owner.http.post(url, json=asked, headers=headers) as answer:
            told = (await answer.json())["channels"][channel_id]
        assert all(message["seq"] <= last_seq for message in told["changed"])
        self.held |= {message["seq"]: message for message in (*told["changed"], *told["messages"])}
        self.revision = told["lastRevision"]


@dataclass
class Life:
    """Two people who do anything to anything."""

    office: Office
    chance: random.Random
    messages: list[Any] = field(default_factory=list)

    async def step(self) -> None:
        ways: list[Callable[[Asker, str], Awaitable[Any]]] = [
            self._say, self._say, self._reply, self._reply, self._edit, self._delete, self._pin,
            self._react, self._take_back,
        ]  # fmt: skip
        who = self.chance.choice((self.office.owner, self.office.member))
        # Most is refused, for it is another's or gone: that must leave no trace either.
        await self.chance.choice(ways)(who, self._any())

    def _any(self) -> str:
        return str(self.chance.choice(self.messages)["id"]) if self.messages else "none"

    async def _say(self, who: Asker, _: str) -> None:
        content = self.chance.choice(("hello", f"<@{self.office.member.user_id}>", "<!channel>"))
        self.messages.append(await self.office.say(who, content))

    async def _reply(self, who: Asker, to: str) -> None:
        body = {"content": f"<@{self.office.owner.user_id}>", "parentMessageId": to, "alsoToChannel": True}
        status, told = await who.post(f"/api/channels/{self.office.channel_id}/messages", body)
        if status == 201:
            self.messages.append(told)

    async def _edit(self, who: Asker, message_id: str) -> None:
        await who.put(f"/api/messages/{message_id}", {"content": f"now {self.chance.random()}"})

    async def _delete(self, who: Asker, message_id: str) -> None:
        await who.delete(f"/api/messages/{message_id}")

    async def _pin(self, who: Asker, message_id: str) -> None:
        await who.ask(self.chance.choice(("POST", "DELETE")), f"/api/messages/{message_id}/pin")

    async def _react(self, who: Asker, message_id: str) -> None:
        await who.put(f"/api/messages/{message_id}/reactions/{self.chance.choice(EMOJI)}", None)

    async def _take_back(self, who: Asker, message_id: str) -> None:
        await who.delete(f"/api/messages/{message_id}/reactions/{self.chance.choice(EMOJI)}")


@pytest.mark.parametrize("seed", range(4))
async def test_who_catches_up_holds_what_is_stored(office: Office, seed: int) -> None:
    life, chance = Life(office, random.Random(seed)), random.Random(-seed - 1)
    devices = [Device(office), Device(office)]
    for _ in range(STEPS):
        await life.step()
        for device in devices:
            if chance.random() < 0.1:
                await device.sync()
    stored = (await office.history(office.member, limit=200))["messages"]
    assert len(stored) > STEPS / 4
    for device in devices:
        await device.sync()
        assert [device.held[seq] for seq in sorted(device.held)] == stored
