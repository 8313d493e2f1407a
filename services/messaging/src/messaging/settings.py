"""What messaging can be told by the environment."""

from chassis.settings import DatabaseSettings
from pydantic import SecretStr


class Settings(DatabaseSettings):
    """Limits and times of messaging; each is `NEXUS_` and the name in capitals."""

    # How long an invitation can be accepted.
    invitation_days: int = 14
    # Seconds between two looks of retention at what is too old.
    retention_every: float = 3_600.0
    # Whether pages that messages link to are asked what they say of themselves; how many in a minute for a workspace.
    link_previews: bool = True
    link_previews_per_minute: int = 60
    # address:port pairs, comma-separated, that may be asked although they are not public: a server of one's own, tests.
    link_previews_allowed: str = ""
    # The same for webhooks and commands.
    integrations_allowed: str = ""
    # Of home, where channels are in several databases: the addresses of the others, separated by semicolons.
    channel_database_urls: SecretStr = SecretStr("")
    # So many messages a second does an import store at the most, beside what people say.
    import_messages_per_second: int = 1_000
    # A folder of GIFs to pick from; without it there are a few that messaging draws.
    gif_dir: str = ""
    # A provider of more that speaks as Tenor does, the key that it wants, and places as above.
    gif_provider_url: str = ""
    gif_provider_key: SecretStr = SecretStr("")
    gif_provider_allowed: str = ""
    # Where the installation is reached from outside: the beginning of addresses that integrations are given.
    public_url: str = "http://127.0.0.1:8080"
