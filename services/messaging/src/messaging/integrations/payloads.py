"""What programs send to secret addresses, within limits."""

from urllib.parse import parse_qs

from chassis.problems import Problem
from fastapi import Request

LARGEST = 64 * 1024


async def of(request: Request) -> bytes:
    """The JSON of a request, which Slack allows in a form's `payload` as well; `Problem` 413 above 64 KiB."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST:
            raise Problem(413, "too_large", f"A payload may have {LARGEST:,} bytes at the most.")
    if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        return bytes(body)
    try:
        (payload,) = parse_qs(body.decode(), max_num_fields=10)["payload"]
    except (ValueError, KeyError):
        raise Problem(400, "invalid_payload", "A form has one field `payload`.") from None
    return payload.encode()
