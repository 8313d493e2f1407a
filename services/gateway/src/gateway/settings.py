"""What the gateway can be told by the environment."""

from pathlib import Path

from chassis.settings import ServiceSettings
from pydantic import SecretStr

from gateway.engine import EngineSettings
from gateway.origins import OriginRule
from gateway.sockets import SocketLimits


class Settings(ServiceSettings):
    """Addresses and limits of the gateway; each is `NEXUS_` and the name in capitals."""

    redis_url: SecretStr
    identity_url: str
    # One address, or those of several databases: http://home;http://other=512-1023 (docs/sharding.md).
    messaging_url: str
    presence_url: str
    files_url: str
    # Where foreign bytes are answered, as browsers see it: pages may load from there.
    content_url: str = ""
    # The built web client; without it the gateway answers only programs.
    web_dir: Path | None = None
    # Comma-separated origins of pages, beside the gateway's own, that may connect.
    allowed_origins: str = ""
    # Addresses and networks (comma-separated) of proxies in front, whose X-Forwarded-For is believed; none by default.
    trusted_proxies: str = ""
    # Whether /metrics is for everybody, not only for direct callers on loopback and private addresses.
    metrics_public: bool = False
    # Open sockets of one person at the most.
    sockets_per_user: int = 10
    # Events of one socket: in the long run, and at once.
    events_per_second: float = 50.0
    events_burst: float = 100.0
    # Seconds from opening a session until the client has said who it is.
    login_deadline: float = 5.0
    # Bytes of one packet from a client, and bytes and messages that may wait for one.
    packet_limit: int = 1_000_000
    queue_bytes: int = 1_000_000
    queue_messages: int = 1_000
    # Clients that are being let in at once; others are asked to come back.
    admitting: int = 500
    # Seconds between two heartbeats of a socket, and until one must be answered.
    ping_interval: float = 25.0
    ping_timeout: float = 20.0
    # Bytes in the body of an HTTP request, and seconds until its answer.
    body_limit: int = 1_000_000
    request_deadline: float = 30.0
    # The same for an upload's body, form and all: files' own limit is 2 GiB - 3. And uploads under way at once.
    upload_limit: int = 2_147_600_000
    uploads: int = 100
    # Whether long messages are compressed for clients that ask for it: less on the wire, more work here.
    compression: bool = False
    # Sockets this process carries at the most.
    max_sockets: int = 50_000
    # Seconds for sockets to go to other gateways when this process is told to stop, and then for HTTP requests to end.
    departure_deadline: float = 8.0
    stop_deadline: float = 4.0

    @property
    def engine(self) -> EngineSettings:
        """What holds for every session."""
        origins = frozenset(filter(None, (origin.strip() for origin in self.allowed_origins.split(","))))
        return EngineSettings(
            ping_interval=self.ping_interval, ping_timeout=self.ping_timeout, max_payload=self.packet_limit,
            max_pending_bytes=self.queue_bytes, max_pending_messages=self.queue_messages,
            max_sessions=self.max_sockets, compression=self.compression, origins=OriginRule(origins),
        )  # fmt: skip

    @property
    def limits(self) -> SocketLimits:
        """What one client may ask for."""
        return SocketLimits(
            connect_within=self.login_deadline, events_per_second=self.events_per_second, burst=self.events_burst,
            admitting=self.admitting,
        )  # fmt: skip
