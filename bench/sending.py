"""Large bodies from a file to a server with next to no work of our own, so that the load does not hide the servers."""

import os
import socket
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from urllib.parse import urlsplit

BOUNDARY = "bench-0190c7a2"
BLOCK = 1024 * 1024
WITHIN = 300


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, and how long it took from the first byte sent."""

    status: int
    body: bytes
    seconds: float


def file_of(folder: Path, size: int) -> Path:
    """So many bytes that no other file has, and that nothing makes smaller."""
    path = folder / os.urandom(8).hex()
    blocks = [os.urandom(BLOCK) for _ in range(16)]
    with path.open("wb") as file:
        for number in range(0, size, BLOCK):
            file.write(blocks[number // BLOCK % len(blocks)][: size - number])
    return path


def form(url: str, headers: dict[str, str], fields: dict[str, str], file: Path) -> Answer:
    """POST a form whose last part is the file."""
    head = "".join(
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    )
    head += f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="{file.name}.bin"\r\n\r\n'
    sent = {**headers, "Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
    return _send("POST", url, sent, head.encode(), file, f"\r\n--{BOUNDARY}--\r\n".encode())


def put(url: str, headers: dict[str, str], file: Path) -> Answer:
    return _send(
        "PUT", url, {name: value for name, value in headers.items() if name != "Content-Length"}, b"", file, b""
    )


def _send(method: str, url: str, headers: dict[str, str], before: bytes, file: Path, after: bytes) -> Answer:
    parts = urlsplit(url)
    target = f"{parts.path}?{parts.query}" if parts.query else parts.path
    size = len(before) + file.stat().st_size + len(after)
    told = {"Host": parts.netloc, "Content-Length": str(size), "Connection": "close", **headers}
    head = f"{method} {target} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in told.items()) + "\r\n"
    with (
        socket.create_connection((parts.hostname or "", parts.port or 80), timeout=WITHIN) as to,
        file.open("rb") as of,
    ):
        began = monotonic()
        to.sendall(head.encode() + before)
        to.sendfile(of)
        to.sendall(after)
        answer = b"".join(iter(lambda: to.recv(65_536), b""))
        seconds = monotonic() - began
    status, _, rest = answer.partition(b"\r\n\r\n")
    return Answer(int(status.split(b" ")[1]), rest, seconds)
