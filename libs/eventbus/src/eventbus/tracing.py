"""The trace a record belongs to goes on in its consumer."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from opentelemetry import context, propagate


@contextmanager
def continued(headers: Sequence[tuple[str, bytes]]) -> Iterator[None]:
    """Within, the current trace is the one named in the record's W3C `traceparent` header."""
    carrier = {name: (value or b"").decode("ascii", "replace") for name, value in headers}
    token = context.attach(propagate.extract(carrier))
    try:
        yield
    finally:
        context.detach(token)
