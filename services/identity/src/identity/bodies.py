"""What people send."""

from typing import Annotated

from chassis.schema import Body, Id, Name, Text
from chassis.scopes import Scope
from pydantic import AfterValidator, AnyHttpUrl, Field, StringConstraints, TypeAdapter, ValidationError

from identity import emails

WEB_ADDRESS = TypeAdapter(AnyHttpUrl)


def _web_address(url: str) -> str:
    try:
        WEB_ADDRESS.validate_python(url)
    except ValidationError:
        raise ValueError("must be an http or https address") from None
    if not url.isprintable() or " " in url:
        raise ValueError("must not contain white space or control characters")
    return url


Email = Annotated[Text, StringConstraints(min_length=3, max_length=320), AfterValidator(emails.normalise)]
WebAddress = Annotated[Text, StringConstraints(max_length=2048), AfterValidator(_web_address)]
Secret = Annotated[Text, StringConstraints(min_length=1, max_length=512)]


class Registration(Body):
    """A new user, in a new organization or, with a token, in that of the invitation."""

    email: Email
    password: Annotated[Text, StringConstraints(min_length=8, max_length=256)]
    name: Name
    organization_name: Name | None = None
    invitation_token: Secret | None = None


class Login(Body):
    email: Email
    password: Annotated[Text, StringConstraints(min_length=1, max_length=256)]


class Refresh(Body):
    refresh_token: Secret


class ProfileChange(Body):
    """What is absent stays; an avatar of null goes."""

    name: Name = ""
    avatar_url: WebAddress | None = None

    def changes(self) -> dict[str, str | None]:
        """Only what was sent."""
        return self.model_dump(exclude_unset=True, by_alias=False)


class NewBot(Body):
    workspace_id: Id
    name: Name
    avatar_url: WebAddress | None = None


class BotTokenOrder(Body):
    """What a new token is to be good for, and for how long."""

    name: Name
    scopes: Annotated[frozenset[Annotated[Scope, Field(strict=False)]], Field(min_length=1, strict=False)]
    expires_in_days: Annotated[int, Field(ge=1, le=3650)] = 365


class BotSignIn(Body):
    token: Secret
