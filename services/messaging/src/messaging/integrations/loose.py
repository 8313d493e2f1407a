"""Values of payloads that may be anything: what is not as it should be counts as missing."""

from typing import Any
from uuid import UUID

WORDS = 200


def dicts(told: object) -> list[dict[str, Any]]:
    return [each for each in told if isinstance(each, dict)] if isinstance(told, list) else []


def words(told: object, most: int = WORDS) -> str:
    if isinstance(told, int | float) and not isinstance(told, bool):
        return str(told)
    return raw(told, most).strip()


def raw(told: object, most: int) -> str:
    return told.replace("\x00", "")[:most] if isinstance(told, str) else ""


def address(told: object) -> str:
    """One of the web that can stand in Markdown's brackets."""
    is_fit = isinstance(told, str) and told.startswith(("http://", "https://")) and len(told) <= 2_048
    return str(told).translate({ord("("): "%28", ord(")"): "%29", ord(" "): "%20"}) if is_fit else ""


def is_id(text: str) -> bool:
    try:
        return str(UUID(text)) == text.lower()
    except ValueError:
        return False
