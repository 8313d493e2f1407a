"""One message, one JSON, whichever way it is read; and one trace from the door to the topic."""

from uuid import uuid4

from journeys.people import Town
from journeys.product import Product
from journeys.topics import headers_of
from testkit import eventually


async def test_rest_and_socket_give_the_same_json(town: Town) -> None:
    team = await town.team("Ada", "Bo")
    ada, bo = team
    of_ada, of_bo = await ada.connect(), await bo.connect()
    path = f"/api/channels/{team.channel_id}/messages"
    rich = {
        "content": 'Grüße, 世界 👋\n```js\nlet a = "<b>";\n```',
        "contentType": "code",
        "attachments": [{"name": "a.png", "size": 12, "ratio": 0.5, "tags": [None, True]}],
        "clientMessageId": str(uuid4()),
    }
    acknowledged = await of_ada.say(team.channel_id, **rich)
    posted = await ada.post(path, {"content": "by HTTP", "parentMessageId": acknowledged["id"]})
    await eventually(lambda: len(of_bo.messages(team.channel_id)) == 2)
    assert of_bo.messages(team.channel_id) == [acknowledged, posted]
    assert {key: acknowledged[key] for key in rich} == rich
    assert (acknowledged["channelId"], acknowledged["userId"]) == (team.channel_id, ada.id)

    await of_bo.do("reaction:add", {"messageId": posted["id"], "emoji": "👍"})
    await bo.post(f"/api/messages/{posted['id']}/pin")
    edited = (await of_ada.do("message:update", {"messageId": posted["id"], "content": "edited"}))["message"]
    assert edited["reactions"] == {"👍": [bo.id]}
    assert edited["isPinned"] is True
    await eventually(lambda: {"message": edited} in of_bo.told("message:update"))
    history = await bo.history(team.channel_id)
    assert history[1] == edited
    missed = (await of_bo.do("sync", {"channels": {team.channel_id: 0}}))["channels"][team.channel_id]
    assert missed["messages"] == history
    assert (await bo.get(f"{path}?search=edited"))["messages"] == [edited]
    assert (await bo.get(f"/api/channels/{team.channel_id}/info"))["pinnedMessages"] == [edited]
    assert set(edited) == set(FIELDS)


async def test_a_channel_is_the_same_too(town: Town) -> None:
    team = await town.team("Ada", "Bo")
    ada, bo = team
    of_bo = await bo.connect()
    made = await ada.post(f"/api/workspaces/{team.workspace_id}/channels", {"name": "new", "members": [bo.id]})
    await eventually(lambda: of_bo.joined(made["id"]) == [made])
    listed = (await bo.get(f"/api/workspaces/{team.workspace_id}/channels"))["channels"]
    assert {**made, "isMember": True, "lastSeq": 0, "lastRevision": 0} in listed
    assert (await bo.get(f"/api/channels/{made['id']}/info"))["channel"] == made
    changed = await ada.do("PUT", f"/api/channels/{made['id']}", {"description": "what is new"})
    await eventually(lambda: of_bo.told("channel:update") == [{"channel": changed}])
    await (await ada.connect()).say(made["id"], "hello")
    await eventually(lambda: of_bo.count("message:receive"))
    assert of_bo.told("message:receive")[0]["channel"] == changed


async def test_the_trace_of_a_request_goes_on_in_logs_and_topics(town: Town, product: Product) -> None:
    team = await town.team("Ada")
    (ada,) = team
    trace_id = uuid4().hex
    answer = await ada.ask(
        "POST", f"/api/channels/{team.channel_id}/messages", {"content": "trace me"},
        headers={"traceparent": f"00-{trace_id}-00f067aa0ba902b7-01"},
    )  # fmt: skip
    assert answer.headers["x-trace-id"] == trace_id
    await eventually(lambda: any(line.get("trace_id") == trace_id for line in product.log("messaging")))

    async def published() -> bool:
        headers = await headers_of(product.kafka_url, team.channel_id)
        return [one["traceparent"].split("-")[1] == trace_id for one in headers] == [False, False, True]

    await eventually(published)


FIELDS = (
    *("id", "channelId", "userId", "content", "contentType", "formattedContent", "parentMessageId", "clientMessageId"),
    *("threadReplyCount", "attachments", "reactions", "isEdited", "isDeleted", "isPinned", "createdAt", "updatedAt"),
    *("deletedAt", "seq", "revision", "mentions", "mentionsChannel", "mentionsHere", "alsoToChannel", "lastReplyAt"),
    *("threadParticipants", "previews", "plainText", "forwarded", "isHidden", "isPurged", "via", "actions", "poll"),
    "isImported",
)
