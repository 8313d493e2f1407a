"""Who may do what: every rule of files, in one table, asked by every route."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Any
from uuid import UUID

import asyncpg
from chassis.problems import Problem
from chassis.requests import CurrentCaller, id_of, out_of_scope
from chassis.scopes import Scope
from chassis.tokens import Principal
from eventbus import Db
from fastapi import Depends, Request

from files.places import Place
from files.settling import Settling
from files.standings import Standing, is_in, of_file, of_link, of_place

__all__ = ["RULES", "Action", "Ask", "Rule", "Standing", "allowed", "check"]


class Action(StrEnum):
    """What somebody can ask to do."""

    FILE_UPLOAD = "file.upload"
    UPLOAD_CONTINUE = "upload.continue"
    FILE_LIST = "file.list"
    FILE_READ = "file.read"
    FILE_CHANGE = "file.change"
    FILE_DELETE = "file.delete"
    VERSION_LIST = "version.list"
    VERSION_ADD = "version.add"
    VERSION_RESTORE = "version.restore"
    LINK_MAKE = "link.make"
    LINK_LIST = "link.list"
    LINK_READ = "link.read"
    LINK_REVOKE = "link.revoke"


def _anybody(_: Standing) -> bool:
    return True


def _speaks_for_it(s: Standing) -> bool:
    """Who looks after the file, and may say something where it is shown: what it is and is called, others see."""
    return (s.is_uploader or s.is_admin) and not s.is_silenced


RULES: Mapping[Action, Callable[[Standing], bool]] = {
    Action.FILE_UPLOAD: lambda s: s.writes,
    # Found by its id and its uploader alone.
    Action.UPLOAD_CONTINUE: _anybody,
    Action.FILE_LIST: _anybody,
    Action.FILE_READ: _anybody,
    Action.FILE_CHANGE: _speaks_for_it,
    Action.FILE_DELETE: lambda s: s.is_uploader or s.is_admin,
    Action.VERSION_LIST: _anybody,
    Action.VERSION_ADD: _speaks_for_it,
    Action.VERSION_RESTORE: _speaks_for_it,
    # Strangers may read then, so that is not for those who are guests themselves.
    Action.LINK_MAKE: lambda s: s.role in ("owner", "admin", "member"),
    # Their own, or all if they look after the file: links/routes.py.
    Action.LINK_LIST: _anybody,
    Action.LINK_READ: lambda s: s.link_by == s.user_id or s.looks_after_links,
    Action.LINK_REVOKE: lambda s: s.link_by == s.user_id or s.looks_after_links,
}
# What a bot's token must be good for; what is not here is for people alone.
SCOPES: Mapping[Action, Scope] = {
    Action.FILE_LIST: Scope.FILES_READ,
    Action.FILE_READ: Scope.FILES_READ,
    Action.VERSION_LIST: Scope.FILES_READ,
    Action.FILE_UPLOAD: Scope.FILES_WRITE,
    Action.UPLOAD_CONTINUE: Scope.FILES_WRITE,
    Action.FILE_CHANGE: Scope.FILES_WRITE,
    Action.FILE_DELETE: Scope.FILES_WRITE,
    Action.VERSION_ADD: Scope.FILES_WRITE,
    Action.VERSION_RESTORE: Scope.FILES_WRITE,
}


def check(action: Action, standing: Standing) -> None:
    """`Problem` 403 unless the rule of the action lets the asker pass."""
    if not RULES[action](standing):
        raise Problem(403, "forbidden", f"You may not do this here ({action.value}).")


@dataclass(frozen=True, slots=True)
class Ask:
    """A person's or bot's request for one action: the only way for a route to reach the database."""

    action: Action
    user: Principal
    pool: asyncpg.Pool
    ids: Mapping[str, Any]
    settling: Settling

    @asynccontextmanager
    async def granted(self) -> AsyncIterator[tuple[Db, Standing]]:
        """A transaction for what was asked of the path's file or link, if it has one; `Problem` 404 or 403 if it may
        not be done."""
        async with self.pool.acquire(timeout=5) as db, db.transaction():
            standing = await self._standing(db)
            check(self.action, standing)
            yield db, standing

    async def _standing(self, db: Db) -> Standing:
        if "link_id" in self.ids:
            return await of_link(db, self.user.user_id, id_of(str(self.ids["link_id"]), "link"))
        if "file_id" in self.ids:
            return await of_file(db, self.user.user_id, id_of(str(self.ids["file_id"]), "file"))
        return Standing(self.user.user_id)

    @asynccontextmanager
    async def granted_at(self, place: Place, workspace_id: UUID | None = None) -> AsyncIterator[tuple[Db, Standing]]:
        """The same of a place that the query or the body names, and that may not be known here yet."""
        if self.action == Action.FILE_UPLOAD:
            await self.settling.wait(self.user.user_id, partial(self._is_in, place, workspace_id))
        async with self.pool.acquire(timeout=5) as db, db.transaction():
            standing = await of_place(db, self.user.user_id, place, workspace_id)
            check(self.action, standing)
            yield db, standing

    async def _is_in(self, place: Place, workspace_id: UUID | None) -> bool:
        async with self.pool.acquire(timeout=5) as db:
            return await is_in(db, self.user.user_id, place, workspace_id)


class Rule:
    """The dependency by which a route names its rule."""

    def __init__(self, action: Action) -> None:
        self.action = action

    async def __call__(self, request: Request, user: CurrentCaller) -> Ask:
        scope = SCOPES.get(self.action)
        if user.scopes is not None and not (scope and user.has(scope)):
            raise out_of_scope(scope)
        return Ask(self.action, user, request.app.state.pool, request.path_params, request.app.state.settling)


def allowed(action: Action) -> Any:
    return Depends(Rule(action))
