"""What an admin chooses of an import or export, and whether it can be done so."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal
from uuid import UUID

import orjson
from asyncpg import Record
from chassis.problems import Problem, not_found
from chassis.schema import Body, Id, Name, Text
from pydantic import Field, StringConstraints

from messaging.sharding.databases import Across
from messaging.transfers import overview, people

MOST_BYTES = 4 * 1024**3
CHANNELS = "SELECT id, name, type, is_archived FROM channels WHERE workspace_id = $1"
Key = Annotated[Text, StringConstraints(min_length=1, max_length=80)]


class NewImport(Body):
    """A file that is going to be uploaded."""

    name: Name
    size: Annotated[int, Field(ge=1, le=MOST_BYTES)]


class ChannelChoice(Body):
    action: Literal["new", "merge", "skip"]
    # Of a new channel.
    name: Name | None = None
    # To which messages are added.
    channel_id: Id | None = None


class Choices(Body):
    """What is not named here is done as the preview says."""

    # By the key of each: a member, or null for a placeholder.
    people: Annotated[dict[Key, Id | None], Field(max_length=overview.MOST_SHOWN, default_factory=dict)]
    channels: Annotated[dict[Key, ChannelChoice], Field(max_length=overview.MOST_SHOWN, default_factory=dict)]
    # Nothing is removed for its age: retentionDays becomes 0 first.
    keep_forever: bool = False
    # People of the organization become members with the role they had.
    add_colleagues: bool = False
    # Of an archive of our own, for a workspace in which nothing was said yet.
    take_settings: bool = False


class NewExport(Body):
    # Private channels and conversations that the owner is not in, too; said in the audit.
    include_private: bool = False
    # Only what this hold covers, also what was deleted or changed since.
    hold_id: Id | None = None


async def checked(across: Across, row: Record, wanted: Choices) -> dict[str, Any]:
    """The choices as the import keeps them; `Problem` 404 or 409 for what cannot be done."""
    preview: Mapping[str, Any] = orjson.loads(row["preview"])
    ids = {user_id for user_id in wanted.people.values() if user_id}
    active = await across.home.fetch(people.ACTIVE, row["workspace_id"], list(ids))
    if len(active) < len(ids) or not set(wanted.people) <= {person["key"] for person in preview["people"]}:
        raise not_found("person in this workspace")
    if wanted.take_settings and not preview["isEmpty"]:
        raise Problem(409, "workspace_not_empty", "Settings are taken over only by a workspace without messages.")
    return {**wanted.model_dump(by_alias=True, mode="json"), "channels": await _channels(across, row, preview, wanted)}


async def _channels(across: Across, row: Record, preview: Mapping[str, Any], wanted: Choices) -> dict[str, Any]:
    places = await across.all()
    here = {channel["id"]: channel for db in places for channel in await db.fetch(CHANNELS, row["workspace_id"])}
    taken = {channel["name"].casefold() for channel in here.values()}
    listed = {channel["key"]: channel for channel in preview["channels"]}
    if not set(wanted.channels) <= set(listed):
        raise not_found("channel in this import")
    decided: dict[str, Any] = {}
    for key, channel in listed.items():
        choice = wanted.channels.get(key)
        if choice is None:
            decided[key] = _as_suggested(channel)
        elif channel["action"] not in ("again", "conversation") or choice.action == "skip":
            decided[key] = _chosen(channel, choice, here, taken)
        if decided.get(key, {}).get("action") == "new":
            taken.add((decided[key].get("name") or channel["name"]).casefold())
    return decided


def _as_suggested(channel: Mapping[str, Any]) -> dict[str, Any]:
    if channel["action"] == "merge":
        return {"action": "merge", "channelId": channel["channelId"]}
    return {"action": channel["action"], "name": channel.get("newName")}


def _chosen(
    channel: Mapping[str, Any], choice: ChannelChoice, here: Mapping[UUID, Record], taken: set[str]
) -> dict[str, Any]:
    if choice.action == "merge":
        return {"action": "merge", "channelId": str(_target(channel, choice.channel_id, here))}
    if choice.action == "new":
        name = choice.name or channel["name"]
        if name.casefold() in taken:
            raise Problem(409, "channel_name_taken", f"There is a channel called {name} in this workspace.")
        return {"action": "new", "name": name}
    return {"action": "skip"}


def _target(channel: Mapping[str, Any], channel_id: UUID | None, here: Mapping[UUID, Record]) -> UUID:
    target = here.get(channel_id) if channel_id else None
    if channel_id is None or target is None or target["type"] in ("direct", "group"):
        raise not_found("channel")
    if target["is_archived"]:
        raise Problem(409, "archived", f"{target['name']} is archived.")
    if channel["type"] != "public" and target["type"] == "public":
        raise Problem(409, "would_be_public", f"What was said in private would be public in {target['name']}.")
    return channel_id
