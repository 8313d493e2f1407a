"""What people call files: shown and kept as data, never part of a path or a key."""

import re
import unicodedata

LONGEST = 255  # bytes
NAMELESS = "file"
# Kept of the characters that nobody sees: they join letters in Persian, Indic scripts and emoji.
JOINERS = "\u200c\u200d"
# Control, format (direction overrides among them), surrogate, private and unassigned characters, line separators.
UNSEEN = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,62}/[a-z0-9][a-z0-9!#$&^_.+-]{0,62}")
OCTETS = "application/octet-stream"


def clean(name: str) -> str:
    """The name in Unicode's composed form: of a path the last part, without what is not seen, of 255 bytes."""
    composed = unicodedata.normalize("NFC", name)
    last = re.split(r"[/\\]", composed)[-1]
    seen = "".join(char for char in last if char in JOINERS or unicodedata.category(char) not in UNSEEN)
    plain = " ".join(seen.split()).rstrip(". ")
    return _shortened(plain) or NAMELESS


def declared_type(text: str | None) -> str:
    """The media type that a client says, without its parameters; bytes of no kind if it says none that is one."""
    bare = (text or "").partition(";")[0].strip().lower()
    return bare if MEDIA_TYPE.fullmatch(bare) else OCTETS


def _shortened(name: str) -> str:
    """Cut in the middle of its bytes but not of a character, with its ending kept."""
    if len(name.encode()) <= LONGEST:
        return name
    stem, dot, ending = name.rpartition(".")
    kept = f"{dot}{ending}" if stem and len(ending.encode()) <= 32 else ""
    room = LONGEST - len(kept.encode())
    return (stem if kept else name).encode()[:room].decode(errors="ignore").rstrip(". ") + kept
