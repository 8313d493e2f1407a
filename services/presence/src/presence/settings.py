"""What presence can be told by the environment."""

from chassis.settings import DatabaseSettings
from pydantic import SecretStr


class Settings(DatabaseSettings):
    """Each is `NEXUS_` and the name in capitals."""

    redis_url: SecretStr
