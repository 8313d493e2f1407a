"""How much people keep for themselves, and how far ahead."""

from datetime import UTC, datetime, timedelta

from chassis.problems import Problem

# What is to happen at a time is looked for every five seconds: nothing sooner would be missed.
SOONEST = timedelta(seconds=10)


def require_ahead(name: str, moment: datetime, most: timedelta) -> None:
    """`Problem` 422 unless the moment is at least ten seconds and at most `most` ahead."""
    if not SOONEST <= moment - datetime.now(UTC) <= most:
        raise Problem(422, "invalid_request", f"{name}: must be 10 seconds to {most.days} days ahead")


def require_room(held: int, most: int, things: str) -> None:
    """`Problem` 409 if the person holds as many as one may."""
    if held >= most:
        raise Problem(409, f"too_many_{things.replace(' ', '_')}", f"You have {most} {things}: remove one first.")
