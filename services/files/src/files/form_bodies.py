"""Uploads as forms (RFC 7578), read as a stream: what is said of a file first, then its bytes, however many."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import TypeAlias

from chassis.problems import Problem
from fastapi import Request
from multipart import MultipartError, MultipartSegment, PushMultipartParser, parse_options_header

from files import names

# Bytes of a field beside the file, how many of them, and seconds without a byte.
FIELD_LIMIT, FIELDS, SILENCE = 1_000, 8, 60.0
# Bytes that a form may have beside its file.
LEEWAY = 100_000
Event: TypeAlias = MultipartSegment | bytes | None


@dataclass(frozen=True, slots=True)
class Form:
    """What came before the file's bytes, and then these. `most`: the file has no more bytes than that; None: unsaid."""

    fields: dict[str, str]
    filename: str
    declared_type: str
    most: int | None
    chunks: AsyncIterator[bytes]


async def read(request: Request) -> Form:
    """Up to the first byte of the file. `Problem` 415 for another kind of body, 422 for a form without a file."""
    events = _events(request, _parser(request))
    fields: dict[str, str] = {}
    async for event in events:
        if not isinstance(event, MultipartSegment):
            raise _invalid("the form is not as it should be")
        if event.filename is not None or event.name == "file":
            filename, said_type = names.clean(event.filename or ""), names.declared_type(event.content_type)
            return Form(fields, filename, said_type, _said_length(request), _chunks(events))
        if event.name in fields:
            raise _invalid(f"{event.name[:50]}: is said twice")
        fields[event.name] = await _field(events, event.name)
    raise _invalid("file: is missing; it comes after the other fields")


async def _chunks(events: AsyncIterator[Event]) -> AsyncIterator[bytes]:
    """The file's; what comes after it is refused, since it was needed before."""
    async for event in events:
        if event is None:
            break
        if isinstance(event, bytes | bytearray):
            yield bytes(event)
    async for _ in events:
        raise _invalid("the form goes on after its file: send one file, after the other fields")


async def _field(events: AsyncIterator[Event], name: str) -> str:
    value = b""
    async for event in events:
        if event is None:
            break
        value += event if isinstance(event, bytes | bytearray) else b""
        if len(value) > FIELD_LIMIT:
            raise _invalid(f"{name[:50]}: may have {FIELD_LIMIT} bytes")
    try:
        return value.decode()
    except UnicodeDecodeError:
        raise _invalid(f"{name[:50]}: must be UTF-8") from None


async def _events(request: Request, parser: PushMultipartParser) -> AsyncIterator[Event]:
    body = request.stream().__aiter__()
    try:
        while True:
            try:
                async with asyncio.timeout(SILENCE):
                    chunk = await anext(body)
            except StopAsyncIteration:
                break
            if chunk:
                for event in parser.parse(chunk):
                    yield event
        parser.close()
    except TimeoutError:
        raise Problem(408, "too_slow", f"No byte came for {SILENCE:g} seconds.") from None
    except MultipartError as error:
        raise _invalid(f"the form cannot be read: {error}") from None


def _parser(request: Request) -> PushMultipartParser:
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    boundary = options.get("boundary", "")
    if kind != "multipart/form-data" or not 0 < len(boundary) <= 200:
        raise Problem(415, "unsupported_media_type", "Send a form: multipart/form-data with a boundary.")
    try:
        return PushMultipartParser(boundary, max_segment_count=FIELDS, max_header_size=4_096, strict=True)
    except (MultipartError, UnicodeEncodeError):
        raise _invalid("the form's boundary cannot be used") from None


def _said_length(request: Request) -> int | None:
    said = request.headers.get("content-length", "")
    return int(said) if said.isascii() and said.isdigit() and len(said) < 19 else None


def _invalid(detail: str) -> Problem:
    return Problem(422, "invalid_request", detail)
