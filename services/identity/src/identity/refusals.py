"""Which refusal people get for what went wrong."""

from chassis.problems import Problem
from chassis.tokens import unauthenticated
from fastapi import FastAPI, Request
from starlette.responses import Response

from identity.accounts import BotTokenRefused, RefreshRefused
from identity.invitations import InvitationExpired, InvitationForAnotherEmail, InvitationNotFound
from identity.throttle import InvalidCredentials
from identity.users import Deactivated, EmailTaken

REFUSALS: dict[type[Exception], Problem] = {
    InvalidCredentials: Problem(401, "invalid_credentials", "The e-mail address or the password is wrong."),
    Deactivated: Problem(
        403, "deactivated", "This account has been deactivated: ask the founder of your organization."
    ),
    BotTokenRefused: Problem(401, "invalid_credentials", "The bot's token is not valid, or not any more."),
    RefreshRefused: unauthenticated("The refresh token is not valid any more: sign in again."),
    EmailTaken: Problem(409, "email_taken", "There is an account with this e-mail address already."),
    InvitationNotFound: Problem(404, "invitation_not_found", "There is no such invitation, or it was used."),
    InvitationForAnotherEmail: Problem(
        403, "invitation_for_another_email", "The invitation was sent to another e-mail address."
    ),
    InvitationExpired: Problem(410, "invitation_expired", "The invitation has expired: ask for a new one."),
}


def install(app: FastAPI) -> None:
    """Answer the service's own exceptions."""
    for wrong in REFUSALS:
        app.add_exception_handler(wrong, _refused)


async def _refused(_: Request, error: Exception) -> Response:
    return REFUSALS[type(error)].response()
