"""What a workspace has beside people and channels: its settings, groups of people, and emoji of its own."""

import base64
import binascii
from dataclasses import replace
from uuid import UUID

from chassis.confined.limits import Failed
from chassis.confined.runner import Runner
from chassis.database import dumps
from eventbus import Db
from uuid_utils.compat import uuid7

from messaging import announcements, directory, emoji
from messaging.images import intake
from messaging.images.intake import Image
from messaging.images.rewriting import MOST_BYTES
from messaging.mentions import groups
from messaging.transfers import staging, things
from messaging.transfers.jobs import Job, go_on
from messaging.transfers.keys import moment
from messaging.transfers.records import Emoji, Group, Skip, Workspace
from messaging.transfers.wording import Names

# Nobody waits for it, and much else may be done meanwhile.
LOOKING = replace(intake.LIMITS, seconds=60.0)
LOCK_WORKSPACE = "SELECT id FROM workspaces WHERE id = $1 FOR NO KEY UPDATE"
KEEP_FOR_EVER = "UPDATE workspaces SET retention_days = 0, updated_at = now() WHERE id = $1 AND retention_days <> 0"
SETTINGS = """
    UPDATE workspaces SET name = $2, description = $3, is_public = $4, allow_external_invites = $5,
        retention_days = CASE WHEN $11 THEN retention_days ELSE $6 END, retention_spares_pins = $7,
        members_mention_everyone = $8, members_see_edits = $9, permissions = $10, updated_at = now()
    WHERE id = $1
"""
GROUP = """
    INSERT INTO user_groups (id, workspace_id, name, description, created_by, created_at, updated_at)
    VALUES ($1, $2, $3, $4, $5, $6, $6) ON CONFLICT DO NOTHING RETURNING id
"""
GROUP_BY_NAME = "SELECT id FROM user_groups WHERE workspace_id = $1 AND lower(name) = lower($2)"
ADD_EMOJI = """
    INSERT INTO custom_emoji (id, workspace_id, name, content_type, width, height, image, created_by, created_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (workspace_id, name) DO NOTHING RETURNING id
"""


async def settle_workspace(db: Db, job: Job) -> None:
    """Nothing is to be removed at once because it is old, if that was chosen; and settings are taken over, if so."""
    keeps = bool(job.options.get("keepForever"))
    if keeps:
        await db.execute(KEEP_FOR_EVER, job.workspace_id)
    for told in await staging.next_of(db, job.id, "workspace", 1):
        if isinstance(told, Workspace) and job.options.get("takeSettings"):
            await db.execute(
                SETTINGS, job.workspace_id, told.name or "Workspace", told.description, told.is_public,
                told.allow_external_invites, told.retention_days, told.retention_spares_pins,
                told.members_mention_everyone, told.members_see_edits, dumps(told.permissions), keeps,
            )  # fmt: skip
            rights = directory.rights_changed(told.permissions)
            await announcements.workspace_changed(db, job.workspace_id, rights, job.created_by)
        await staging.done(db, job.id, "workspace", [told.key])
    await go_on(db, job)


async def settle_groups(db: Db, job: Job, names: Names) -> None:
    """One whose name is taken is the one that has it, and stays as it is."""
    await db.execute(LOCK_WORKSPACE, job.workspace_id)
    for told in await staging.next_of(db, job.id, "group", groups.MOST_GROUPS):
        if isinstance(told, Group) and told.key not in names.groups:
            creator = names.people.get(told.created_by or "", job.created_by)
            made = moment(told.created_at)
            is_full = await db.fetchval(groups.COUNT, job.workspace_id) >= groups.MOST_GROUPS
            given = (uuid7(), job.workspace_id, told.name, told.description, creator, made)
            id_ = None if is_full else await db.fetchval(GROUP, *given)
            if id_ is not None:
                people = sorted({names.people[key] for key in told.members if key in names.people})
                await db.execute(groups.JOIN, id_, people)
                job.count("groupsNew")
            id_ = id_ or await db.fetchval(GROUP_BY_NAME, job.workspace_id, told.name)
            if id_ is None:
                await staging.skip(db, job, [Skip(k="skip", reason="too_many_groups", what=told.name)])
            else:
                await things.keep(db, job, "group", {told.key: UUID(str(id_))})
        await staging.done(db, job.id, "group", [told.key])
    await go_on(db, job)


async def next_emoji(db: Db, job: Job) -> Emoji | None:
    """The next one that did not come before."""
    while waiting := await staging.next_of(db, job.id, "emoji", 1):
        for told in waiting:
            if isinstance(told, Emoji) and not await things.known(db, job, "emoji", [told.key]):
                return told
            await staging.done(db, job.id, "emoji", [told.key])
    return None


async def image_of(told: Emoji, runner: Runner) -> Image | None:
    """None if it is no image, or one that an emoji cannot be."""
    try:
        data = base64.b64decode(told.image, validate=True)
        return await intake.taken_in(runner, data, LOOKING) if len(data) <= MOST_BYTES else None
    except (binascii.Error, Failed):
        return None


async def settle_emoji(db: Db, *, job: Job, told: Emoji, image: Image | None, names: Names) -> None:
    """One whose name is taken is left out: reactions name it, and show the one that is here."""
    await db.execute(LOCK_WORKSPACE, job.workspace_id)
    if reason := await _refusal(db, job, told, image, names):
        await staging.skip(db, job, [Skip(k="skip", reason=reason, what=told.name)])
    await staging.done(db, job.id, "emoji", [told.key])
    await go_on(db, job)


async def _refusal(db: Db, job: Job, told: Emoji, image: Image | None, names: Names) -> str:
    """Why it was not added; empty if it was."""
    if image is None:
        return "not_an_image"
    if await db.fetchval(emoji.COUNT, job.workspace_id) >= emoji.MOST_EMOJI:
        return "too_many_emoji"
    creator = names.people.get(told.created_by or "", job.created_by)
    look = (image.content_type, image.width, image.height, image.data)
    id_ = await db.fetchval(
        ADD_EMOJI, uuid7(), job.workspace_id, told.name, *look, creator, moment(told.created_at)
    )  # fmt: skip
    if id_ is None:
        return "emoji_name_taken"
    await things.keep(db, job, "emoji", {told.key: id_})
    job.count("emojiNew")
    return ""
