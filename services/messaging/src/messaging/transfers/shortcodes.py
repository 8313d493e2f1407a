"""Slack's names of emoji as the emoji themselves."""

import re
from collections.abc import Mapping
from functools import cache

import emoji

_NAMED = re.compile(r":([a-z0-9_+'-]{1,60}(?:::skin-tone-[2-6])?):")
_TONE = re.compile(r"(.+)::skin-tone-([2-6])")
_FIRST_TONE = 0x1F3FB
# Where Slack's name is neither the one that Unicode gives nor any that others use.
_SLACK = {
    "simple_smile": "🙂", "slightly_smiling_face": "🙂", "heavy_plus_sign": "➕", "hankey": "💩", "shipit": "🐿️",
    "thinking_face": "🤔", "hugging_face": "🤗", "face_with_rolling_eyes": "🙄", "zany_face": "🤪", "star-struck": "🤩",
    "male-technologist": "👨‍💻", "female-technologist": "👩‍💻", "man-shrugging": "🤷‍♂️", "woman-shrugging": "🤷‍♀️",
    "shrug": "🤷", "face_palm": "🤦", "man-facepalming": "🤦‍♂️", "woman-facepalming": "🤦‍♀️", "white_check_mark": "✅",
    "the_horns": "🤘", "hand_with_index_and_middle_fingers_crossed": "🤞", "raised_hands": "🙌", "pray": "🙏",
    "rolling_on_the_floor_laughing": "🤣", "face_with_monocle": "🧐", "saluting_face": "🫡", "melting_face": "🫠",
}  # fmt: skip


def emoji_of(name: str) -> str:
    """The emoji of this name, or `:name:` for one that a workspace made for itself."""
    toned = _TONE.fullmatch(name)
    plain, tone = (toned[1], chr(_FIRST_TONE + int(toned[2]) - 2)) if toned else (name, "")
    found = _names().get(plain)
    if found is None:
        return f":{re.sub('[^a-z0-9_+-]', '_', plain.lower())[:50]}:"
    return found.replace("\ufe0f", "")[0] + tone + found[1:].replace("\ufe0f", "", 1) if tone else found


def with_emoji(text: str) -> str:
    """The text with emoji for those names that everybody knows."""
    return _NAMED.sub(lambda found: _known(found[1], found[0]), text) if ":" in text else text


def _known(name: str, written: str) -> str:
    shown = emoji_of(name)
    return written if shown.startswith(":") else shown


@cache
def _names() -> Mapping[str, str]:
    names: dict[str, str] = {}
    for shown, told in emoji.EMOJI_DATA.items():
        if told["status"] == emoji.STATUS["fully_qualified"]:
            for name in (*told.get("alias", ()), told["en"]):
                names.setdefault(name.strip(":").lower(), shown)
    return {**names, **_SLACK}
