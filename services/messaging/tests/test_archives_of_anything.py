"""Whatever people did in a workspace, its archive makes an equal one."""

from functools import partial
from itertools import zip_longest

import asyncpg
import pytest
from canonical import canonical
from office import NewAsker
from test_unread_is_always_a_recount import made_hubbub
from transfer_runs import exported, imported, working
from uuid_utils.compat import uuid7

OPERATIONS = 400


@pytest.mark.parametrize("seed", [1, 2])
async def test_what_comes_back_is_what_went_out(seed: int, pool: asyncpg.Pool, person: NewAsker) -> None:
    hubbub = await made_hubbub(pool, partial(person, organization_id=uuid7()), seed)
    await hubbub.stir(OPERATIONS)
    owner = hubbub.members[0].asker
    workspace_id = str(await pool.fetchval("SELECT id FROM workspaces"))
    async with working() as runner:
        first = await exported(owner, workspace_id, pool, runner, includePrivate=True)
        other = (await owner.made("/api/workspaces", {"name": "Elsewhere"}))["id"]
        done = await imported(owner, other, first, pool, runner, addColleagues=True, takeSettings=True)
        assert done["state"] == "done", done
        second = await exported(owner, other, pool, runner, includePrivate=True)
    again = canonical(second)
    differing = [
        (name, *pair)
        for name, lines in canonical(first).items()
        for pair in zip_longest(lines, again.get(name, []))
        if pair[0] != pair[1]
    ]
    assert (differing, len(again)) == ([], len(canonical(first)))
    assert done["report"]["messagesNew"] == sum(len(rows) for rows in hubbub.history.values()) > 100
