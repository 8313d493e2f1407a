"""What messaging can be told by the environment."""

from chassis.settings import DatabaseSettings


class Settings(DatabaseSettings):
    """Limits and times of messaging; each is `NEXUS_` and the name in capitals."""

    # How long an invitation can be accepted.
    invitation_days: int = 14
