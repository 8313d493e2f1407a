"""What people get."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from eventbus.wire import iso
from pydantic import BaseModel, ConfigDict, PlainSerializer
from pydantic.alias_generators import to_camel

from identity import sessions, users

Time = Annotated[datetime, PlainSerializer(iso, return_type=str)]


class Answer(BaseModel):
    model_config = ConfigDict(
        alias_generator=to_camel, validate_by_name=True, serialize_by_alias=True, from_attributes=True, frozen=True
    )


class User(Answer):
    id: UUID
    organization_id: UUID
    email: str
    name: str
    avatar_url: str | None
    is_bot: bool
    created_at: Time
    updated_at: Time

    @classmethod
    def of(cls, user: users.User) -> Self:
        return cls.model_validate(user)


class SignedIn(Answer):
    """`expiresIn` is in seconds, of the access token."""

    user: User
    access_token: str
    refresh_token: str
    expires_in: int


class Session(Answer):
    id: UUID
    created_at: Time
    last_used_at: Time
    user_agent: str
    ip_address: str
    current: bool

    @classmethod
    def of(cls, session: sessions.Session, current: UUID) -> Self:
        return cls(
            id=session.id, created_at=session.created_at, last_used_at=session.last_used_at,
            user_agent=session.user_agent, ip_address=session.ip_address, current=session.id == current,
        )  # fmt: skip


class Sessions(Answer):
    sessions: list[Session]


class BotSignedIn(Answer):
    """`expiresIn` is in seconds, of the access token."""

    user: User
    access_token: str
    expires_in: int
    scopes: list[str]


class Bot(Answer):
    id: UUID
    workspace_id: UUID
    name: str
    avatar_url: str | None
    created_at: Time


class Bots(Answer):
    bots: list[Bot]


class BotToken(Answer):
    id: UUID
    name: str
    hint: str
    scopes: list[str]
    created_by: UUID
    created_at: Time
    expires_at: Time
    last_used_at: Time | None


class BotTokens(Answer):
    tokens: list[BotToken]


class NewBotToken(BotToken):
    """With the token itself, which is shown this once."""

    token: str
