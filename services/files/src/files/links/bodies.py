"""What people send of share links."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

from chassis.problems import Problem
from chassis.schema import Body, Moment, Text
from pydantic import Field, StringConstraints

LONGEST_DAYS = 3_650

Password = Annotated[Text, StringConstraints(min_length=4, max_length=256)]


class NewLink(Body):
    """What is absent has no bound."""

    password: Password | None = None
    expires_at: Moment | None = None
    download_limit: Annotated[int, Field(ge=1, le=1_000_000)] | None = None

    def require_expiry(self, longest_days: int) -> None:
        """`Problem` 422 for a time that is past, too far off, or missing where the installation wants one."""
        now, most = datetime.now(UTC), longest_days or LONGEST_DAYS
        if self.expires_at is None and longest_days:
            raise _refused(f"must be given: links here last {longest_days} days at the most")
        if self.expires_at is not None and not now < self.expires_at <= now + timedelta(days=most):
            raise _refused(f"must be within {most} days from now")


class Opening(Body):
    """What a visitor says to a link."""

    password: Annotated[Text, StringConstraints(max_length=256)] = ""


def _refused(reason: str) -> Problem:
    errors = [{"field": "expiresAt", "reason": reason}]
    return Problem(422, "invalid_request", f"The request is not as documented. expiresAt: {reason}", errors=errors)
