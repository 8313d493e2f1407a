"""Who wrote elsewhere is somebody here: a member of that address, whoever an admin says, or a placeholder.

A placeholder is named with what they said, but can do nothing: nobody signs in as one.
"""

from collections.abc import Sequence
from uuid import UUID

from chassis.database import dumps, one
from eventbus import Db
from uuid_utils.compat import uuid7

from messaging import announcements, members
from messaging.transfers import keys, staging, things
from messaging.transfers.jobs import Job, go_on
from messaging.transfers.records import Person

AT_ONCE = 200
MEMBERS = """
    SELECT lower(u.email) AS email, u.id, u.name FROM workspace_members m JOIN users u ON u.id = m.user_id
    WHERE m.workspace_id = $1 AND m.status = 'active' AND lower(u.email) = ANY($2) ORDER BY u.id DESC
"""
COLLEAGUES = """
    SELECT lower(u.email) AS email, u.id, u.name FROM users u
    JOIN workspaces w ON w.organization_id = u.organization_id
    WHERE w.id = $1 AND NOT u.is_placeholder AND NOT u.is_bot AND lower(u.email) = ANY($2) ORDER BY u.id DESC
"""
ACTIVE = "SELECT user_id FROM workspace_members WHERE workspace_id = $1 AND user_id = ANY($2) AND status = 'active'"
IMAGINE = """
    INSERT INTO users (id, organization_id, email, name, is_bot, is_placeholder)
    SELECT new.id, w.organization_id, new.email, new.name, new.is_bot, TRUE
    FROM unnest($2::uuid[], $3::text[], $4::text[], $5::bool[]) AS new(id, email, name, is_bot), workspaces w
    WHERE w.id = $1 ON CONFLICT (id) DO NOTHING
"""
NAME = """
    INSERT INTO workspace_members (id, workspace_id, user_id, role, permissions, status, invited_by)
    SELECT id, $1, user_id, role, permissions, 'inactive', $6
    FROM unnest($2::uuid[], $3::uuid[], $4::text[], $5::jsonb[]) AS new(id, user_id, role, permissions)
    ON CONFLICT (workspace_id, user_id) DO NOTHING
"""
RIGHTS = "UPDATE workspace_members SET permissions = $3 WHERE workspace_id = $1 AND user_id = $2 RETURNING *"
ROLE_OF = "SELECT role FROM workspace_members WHERE workspace_id = $1 AND user_id = $2 AND status = 'active'"


async def settle(db: Db, job: Job) -> bool:
    """The next of those who were read; False if there are no more."""
    people = [each for each in await staging.next_of(db, job.id, "person", AT_ONCE) if isinstance(each, Person)]
    found = await things.known(db, job, "person", [person.key for person in people])
    job.count("peopleBefore", len(found))
    new = [person for person in people if person.key not in found]
    chosen = await _chosen(db, job, new)
    job.count("peopleMatched", len(chosen))
    colleagues = await _let_in(db, job, [person for person in new if person.key not in chosen])
    rest = [person for person in new if person.key not in chosen and person.key not in colleagues]
    await things.keep(db, job, "person", {**chosen, **colleagues, **await _imagined(db, job, rest)})
    await staging.done(db, job.id, "person", [person.key for person in people])
    await go_on(db, job)
    return bool(people)


async def by_email(db: Db, query: str, workspace_id: UUID, people: Sequence[Person]) -> dict[str, tuple[UUID, str]]:
    """Id and name of whoever has the address of each, by their key."""
    emails = {person.email for person in people if person.email and not person.is_bot}
    rows = await db.fetch(query, workspace_id, sorted(emails), timeout=60)
    found = {row["email"]: (row["id"], row["name"]) for row in rows}
    return {person.key: found[person.email] for person in people if person.email in found and not person.is_bot}


async def _chosen(db: Db, job: Job, people: Sequence[Person]) -> dict[str, UUID]:
    choices: dict[str, str | None] = job.options.get("people", {})
    named = {key: UUID(user_id) for key, user_id in choices.items() if user_id}
    here = {row["user_id"] for row in await db.fetch(ACTIVE, job.workspace_id, list(named.values()))}
    matched = await by_email(db, MEMBERS, job.workspace_id, people)
    found = {key: user_id for key, (user_id, _) in matched.items() if key not in choices}
    keys_here = {person.key for person in people}
    return found | {key: user_id for key, user_id in named.items() if user_id in here and key in keys_here}


async def _let_in(db: Db, job: Job, people: Sequence[Person]) -> dict[str, UUID]:
    """People of the same organization, if that was chosen: members from now on, with the role that they had."""
    if not job.options.get("addColleagues"):
        return {}
    found = await by_email(db, COLLEAGUES, job.workspace_id, [person for person in people if person.is_active])
    is_owner = await db.fetchval(ROLE_OF, job.workspace_id, job.created_by) == "owner"
    choices = job.options.get("people", {})
    let_in: dict[str, UUID] = {}
    for person in people:
        if person.key in found and person.key not in choices:
            user_id, _ = found[person.key]
            role = person.role if is_owner or person.role == "guest" else "member"
            if await members.add(db, job.workspace_id, user_id, role, job.created_by):
                member = await one(db, RIGHTS, job.workspace_id, user_id, dumps(person.permissions))
                await announcements.workspace_member_saved(db, member, job.created_by)
            let_in[person.key] = user_id
    job.count("peopleAdded", len(let_in))
    return let_in


async def _imagined(db: Db, job: Job, people: Sequence[Person]) -> dict[str, UUID]:
    made = {person.key: keys.id_of(job.workspace_id, job.source, "person", person.key) for person in people}
    ids = list(made.values())
    await db.execute(
        IMAGINE, job.workspace_id, ids, [person.email or "" for person in people], [person.name for person in people],
        [person.is_bot for person in people],
    )  # fmt: skip
    await db.execute(
        NAME, job.workspace_id, [uuid7() for _ in ids], ids, [person.role for person in people],
        [dumps(person.permissions) for person in people], job.created_by,
    )  # fmt: skip
    job.count("peopleImagined", len(made))
    return made
