"""Why sessions end, and what a WebSocket's close frame says of it."""

from enum import StrEnum


class Reason(StrEnum):
    """Why a session ended."""

    TRANSPORT_CLOSE = "transport-close"
    TRANSPORT_ERROR = "transport-error"
    CLIENT_CLOSE = "client-close"
    SERVER_CLOSE = "server-close"
    PARSE_ERROR = "parse-error"
    TOO_LARGE = "too-large"
    PING_TIMEOUT = "ping-timeout"
    CONNECT_TIMEOUT = "connect-timeout"
    SLOW_CONSUMER = "slow-consumer"
    TOO_MANY_REQUESTS = "too-many-requests"
    GOING_AWAY = "going-away"
    UNAVAILABLE = "unavailable"
    TOKEN_EXPIRED = "token-expired"  # noqa: S105  # a reason, no secret


CLOSE_CODES = {  # RFC 6455, 7.4.1
    Reason.GOING_AWAY: 1001,
    Reason.PARSE_ERROR: 1002,
    Reason.CONNECT_TIMEOUT: 1008,
    Reason.TOO_MANY_REQUESTS: 1008,
    Reason.TOKEN_EXPIRED: 1008,
    Reason.SLOW_CONSUMER: 1013,
    Reason.UNAVAILABLE: 1013,
}
LAST_WORDS = frozenset(
    {Reason.SERVER_CLOSE, Reason.GOING_AWAY, Reason.CONNECT_TIMEOUT, Reason.TOO_MANY_REQUESTS, Reason.SLOW_CONSUMER}
    | {Reason.TOKEN_EXPIRED, Reason.UNAVAILABLE}
)
