"""A room with somebody in it to be wrong, and a neighbour whose things are not theirs."""

from dataclasses import dataclass
from uuid import uuid4

from journeys.people import Json, Person, Team, Town
from journeys.sockets import Client

UNKNOWN_ID = str(uuid4())


@dataclass(frozen=True, slots=True)
class Room:
    """A team's channel with a message of its owner, Bo's socket in it, and another workspace with the same."""

    team: Team
    client: Client
    message: Json
    foreign: Team
    foreign_message: Json
    left_channel_id: str

    @property
    def channel_id(self) -> str:
        return self.team.channel_id

    @property
    def bo(self) -> Person:
        return self.team.people[1]

    async def stored(self) -> list[list[Json]]:
        """Everything that anybody said anywhere here."""
        ada, stranger = self.team.people[0], self.foreign.people[0]
        return [
            await ada.history(self.channel_id),
            await ada.history(self.left_channel_id),
            await stranger.history(self.foreign.channel_id),
        ]


async def furnish(town: Town) -> Room:
    team, foreign = await town.team("Ada", "Bo"), await town.team("Cy")
    (ada, bo), (cy,) = team.people, foreign.people
    left = await ada.channel(team.workspace_id, "left", members=[bo.id])
    await bo.post(f"/api/channels/{left}/leave")
    message = await ada.post(f"/api/channels/{team.channel_id}/messages", {"content": "hello"})
    foreign_message = await cy.post(f"/api/channels/{foreign.channel_id}/messages", {"content": "secret"})
    return Room(team, await bo.connect(), message, foreign, foreign_message, left)
