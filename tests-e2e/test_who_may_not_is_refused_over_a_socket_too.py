"""Each event that a socket may send is refused to whom it is not for; an event that is not here fails the test."""

import asyncio
from collections.abc import Callable
from typing import Any

from gateway.events import HANDLERS
from journeys.people import Json, Town

# What is said of a channel and a message in it, by event.
ABOUT_A_CHANNEL: dict[str, Callable[[str, str], Json]] = {
    "message:send": lambda channel, _: {"channelId": channel, "content": "let me in"},
    "message:update": lambda _, message: {"messageId": message, "content": "mine now"},
    "message:delete": lambda _, message: {"messageId": message},
    "reaction:add": lambda _, message: {"messageId": message, "emoji": "👍"},
    "reaction:remove": lambda _, message: {"messageId": message, "emoji": "👍"},
    "command:run": lambda channel, _: {"channelId": channel, "command": "/poll", "text": '"Now?" yes no'},
    "channel:read": lambda channel, _: {"channelId": channel, "seq": 1},
    "thread:read": lambda _, message: {"messageId": message, "seq": 1},
    "typing:start": lambda channel, _: {"channelId": channel},
    "typing:stop": lambda channel, _: {"channelId": channel},
}
# What of it somebody who reads the channel may not do where only admins speak.
NOT_FOR_READERS = {"message:send", "message:update", "message:delete", "reaction:add", "reaction:remove", "command:run"}
# For or as somebody else.
ABOUT_ONESELF: dict[str, Callable[[Any], tuple[Json, str]]] = {
    "presence:update": lambda other: ({"status": "away", "userId": other.id}, "invalid_request"),
    "auth:refresh": lambda other: ({"token": other.token}, "unauthenticated"),
}


async def test_every_event_is_refused_to_whom_it_is_not_for(town: Town) -> None:
    assert {*ABOUT_A_CHANNEL, *ABOUT_ONESELF, "sync"} == set(HANDLERS), "each event needs a case that is refused"
    (ada, bo), (cy,) = await asyncio.gather(town.team("Ada", "Bo"), town.team("Cy"))
    workspace = (await ada.get("/api/workspaces"))["workspaces"][0]["id"]
    secret = await ada.channel(workspace, "secret", type="private")
    news = await ada.channel(workspace, "news", members=[bo.id])
    await ada.do(
        "PUT", f"/api/channels/{news}/permissions", {"rights": {"post": "admin", "reply": "admin", "react": "admin"}}
    )
    said = {where: await ada.post(f"/api/channels/{where}/messages", {"content": "hello"}) for where in (secret, news)}
    of_bo, of_cy = await bo.connect(), await cy.connect()
    for event, body in ABOUT_A_CHANNEL.items():
        for client in (of_bo, of_cy):
            answer = await client.ask(event, body(secret, said[secret]["id"]))
            assert (answer["ok"], answer["error"]["type"]) == (False, "not_found"), (event, answer)
        if event in NOT_FOR_READERS:
            answer = await of_bo.ask(event, body(news, said[news]["id"]))
            assert (answer["ok"], answer["error"]["type"]) == (False, "forbidden"), (event, answer)
    for event, of in ABOUT_ONESELF.items():
        wrong, type_ = of(ada)
        answer = await of_bo.ask(event, wrong)
        assert (answer["ok"], answer["error"]["type"]) == (False, type_), (event, answer)
    answer = await of_bo.do("sync", {"channels": {secret: 0}})
    assert answer["channels"][secret] == {"reset": True}
    for where, message in said.items():
        assert await ada.history(where) == [message]
