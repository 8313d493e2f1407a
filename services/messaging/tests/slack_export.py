"""Slack's export as it looks, made for tests."""

import json
import zipfile
from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any

Said = Mapping[str, Any]
FIRST = 1_600_000_000


def user(id_: str, name: str, email: str | None = None, **more: Any) -> dict[str, Any]:
    profile = {"real_name": name, **({"email": email} if email else {})}
    return {"id": id_, "team_id": "T1", "name": name.lower(), "profile": profile, **more}


def channel(id_: str, name: str, *members: str, **more: Any) -> dict[str, Any]:
    return {"id": id_, "name": name, "created": FIRST - 100, "creator": members[0] if members else "U1",
            "members": list(members), "topic": {"value": ""}, "purpose": {"value": ""}, **more}  # fmt: skip


def said(number: int, user_id: str, text: str, **more: Any) -> dict[str, Any]:
    """A message so many seconds after the first."""
    return {"type": "message", "user": user_id, "text": text, "ts": ts(number), **more}


def ts(number: int) -> str:
    return f"{FIRST + number}.{number % 1000:03d}100"


def files_of(
    users: Sequence[Said], channels: Sequence[Said], days: Mapping[str, Sequence[Said]], **lists: Sequence[Said]
) -> dict[str, bytes]:
    """`days` are by the folder and the date: `general/2020-09-13`."""
    told: dict[str, Any] = {"users": users, "channels": channels, **lists, **days}
    return {f"{name}.json": json.dumps(what).encode() for name, what in told.items()}


def zipped(files: Mapping[str, bytes]) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in files.items():
            made.writestr(name, data)
    return out.getvalue()
