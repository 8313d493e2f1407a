"""What tus says in headers; each function's section of the protocol is named."""

import hashlib
import re
from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chassis.problems import Problem

if TYPE_CHECKING:
    from hashlib import _Hash

VERSION = "1.0.0"
EXTENSIONS = "creation,creation-with-upload,checksum,expiration,termination"
CHUNK_TYPE = "application/offset+octet-stream"
# SHA-1 is not optional in the protocol; here it finds accidents, not attacks.
ALGORITHMS = ("sha1", "sha256", "md5")
LONGEST_METADATA = 4096
MOST_KEYS = 20
_NUMBER = re.compile(r"\d{1,18}", re.ASCII)
_KEY = re.compile(r"[\x21-\x2b\x2d-\x7e]{1,64}")


@dataclass(frozen=True, slots=True)
class Checksum:
    """What a chunk must hash to."""

    algorithm: str
    digest: bytes

    def start(self) -> "_Hash":
        return hashlib.new(self.algorithm, usedforsecurity=False)


def invalid(detail: str) -> Problem:
    return Problem(400, "invalid_request", detail)


def require_version(headers: Mapping[str, str]) -> None:
    """Core, Tus-Resumable: 412 for a client of another version. (OPTIONS alone goes without.)"""
    if headers.get("tus-resumable") != VERSION:
        raise Problem(412, "tus_version", f"Tus-Resumable: must be {VERSION}.")


def method_of(method: str, headers: Mapping[str, str]) -> str:
    """Core, X-HTTP-Method-Override: for clients that can only POST."""
    return headers.get("x-http-method-override", method).upper() if method == "POST" else method


def number(headers: Mapping[str, str], name: str) -> int:
    text = headers.get(name.lower(), "")
    if not _NUMBER.fullmatch(text):
        raise invalid(f"{name}: must be a number of bytes.")
    return int(text)


def require_chunk_type(headers: Mapping[str, str]) -> None:
    """Core, PATCH: 415 for anything else."""
    if headers.get("content-type", "").partition(";")[0].strip().lower() != CHUNK_TYPE:
        raise Problem(415, "unsupported_media_type", f"Content-Type: must be {CHUNK_TYPE}.")


def metadata(headers: Mapping[str, str]) -> dict[str, str]:
    """Creation, Upload-Metadata: `key base64,key base64,key`."""
    text = headers.get("upload-metadata", "")
    pairs = [pair.strip().split(" ") for pair in text.split(",")] if text.strip() else []
    if len(text) > LONGEST_METADATA or len(pairs) > MOST_KEYS:
        raise invalid(f"Upload-Metadata: may have {LONGEST_METADATA:,} characters and {MOST_KEYS} keys.")
    said: dict[str, str] = {}
    for key, *values in pairs:
        if not _KEY.fullmatch(key) or key in said or len(values) > 1:
            raise invalid("Upload-Metadata: must be keys, each once and each with one value in Base64.")
        said[key] = _decoded(values[0]) if values else ""
    return said


def _decoded(value: str) -> str:
    try:
        return b64decode(value, validate=True).decode()
    except (NotBase64, UnicodeDecodeError, ValueError):
        raise invalid("Upload-Metadata: values must be UTF-8 in Base64.") from None


def checksum(headers: Mapping[str, str]) -> Checksum | None:
    """Checksum, Upload-Checksum: `algorithm base64`; 400 for an algorithm that is not ours."""
    text = headers.get("upload-checksum")
    if text is None:
        return None
    algorithm, _, encoded = text.strip().partition(" ")
    if algorithm not in ALGORITHMS:
        raise invalid(f"Upload-Checksum: must be by one of {', '.join(ALGORITHMS)}.")
    try:
        digest = b64decode(encoded, validate=True)
    except (NotBase64, ValueError):
        digest = b""
    if len(digest) != hashlib.new(algorithm, usedforsecurity=False).digest_size:
        raise invalid(f"Upload-Checksum: is no {algorithm} in Base64.")
    return Checksum(algorithm, digest)
