"""A message of Slack's export as a record, or why it is none."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import orjson

from messaging.integrations import slack as payloads

Told = dict[str, Any]
TEXT = 40_000
FILES = 20
ATTACHMENT_BYTES = 4_000
EMOJI = 50
PREVIEWS = 5
_KEY = re.compile(r"[A-Za-z0-9._-]{1,64}")
_TS = re.compile(r"([0-9]{1,11})(?:\.([0-9]{1,6}))?")
# People do not come and go again by an import: the channel's members are who they are.
NOT_SAID = frozenset({
    "channel_join", "channel_leave", "group_join", "group_leave", "channel_canvas_updated", "pinned_item",
    "unpinned_item", "reply_broadcast", "bot_add", "bot_remove", "bot_enable", "bot_disable", "reminder_add",
    "app_conversation_join", "mpim_joined", "file_comment", "ekm_access_denied",
})  # fmt: skip
# Decisions about the channel: shown as what they are.
NOTICES = frozenset({
    "channel_topic", "channel_purpose", "channel_name", "channel_archive", "channel_unarchive",
    "channel_convert_to_private", "channel_convert_to_public", "channel_posting_permissions", "group_topic",
    "group_purpose", "group_name", "group_archive", "group_unarchive", "huddle_thread", "sh_room_created",
})  # fmt: skip


def message_of(told: Mapping[str, Any], channel: str, pins: frozenset[str]) -> Iterator[Told]:
    """The record, if it is one, after what of it is left out."""
    ts, subtype = told.get("ts"), told.get("subtype")
    at = microseconds_of(ts)
    if told.get("type", "message") != "message" or at is None or not isinstance(ts, str):
        yield skip("not_a_message", channel)
    elif subtype in NOT_SAID:
        yield skip(f"subtype_{subtype}", f"{channel}/{ts}")
    else:
        record = _record(told, channel, ts, at, subtype, pins)
        yield from _left_out(told, f"{channel}/{ts}")
        if record["user"] is None and record["via"] is None:
            yield skip("nobody_said_it", f"{channel}/{ts}")
        elif not (record["isDeleted"] or record["mrkdwn"].strip() or record["attachments"]):
            yield skip("says_nothing", f"{channel}/{ts}")
        else:
            yield record


def skip(reason: str, what: str) -> Told:
    return {"k": "skip", "reason": reason[:64], "what": what[:200]}


def _record(told: Mapping[str, Any], channel: str, ts: str, at: int, subtype: object, pins: frozenset[str]) -> Told:
    thread = told.get("thread_ts")
    is_reply = isinstance(thread, str) and thread != ts and microseconds_of(thread) is not None
    edited = told["edited"] if isinstance(told.get("edited"), dict) else {}
    is_deleted = subtype == "tombstone"
    return {
        "k": "message", "channel": channel, "key": ts, "place": at, "at": at,
        "user": key(told.get("user")), "via": _via(told),
        "mrkdwn": "" if is_deleted else _text(told, subtype), "contentType": "system" if subtype in NOTICES else "text",
        "parent": thread if is_reply else None, "parentAt": microseconds_of(thread) if is_reply else None,
        "alsoToChannel": is_reply and subtype == "thread_broadcast",
        "isEdited": bool(edited), "updatedAt": microseconds_of(edited.get("ts")),
        "isDeleted": is_deleted, "isPinned": ts in pins and not is_deleted,
        "attachments": [] if is_deleted else _attachments(told),
        "previews": [] if is_deleted else _previews(told),
        "reactions": {} if is_deleted else _reactions(told),
    }  # fmt: skip


def _text(told: Mapping[str, Any], subtype: object) -> str:
    """In Slack's mrkdwn. Programs may say in blocks alone what they say."""
    text = _raw(told.get("text"), TEXT)
    if subtype == "me_message" and text.strip() and "\n" not in text:
        return f"_{text.strip()}_"
    if text.strip():
        return text
    comment = told["file"].get("initial_comment") if isinstance(told.get("file"), dict) else None
    return _raw(comment.get("comment"), TEXT) if isinstance(comment, dict) else ""


def _via(told: Mapping[str, Any]) -> Told | None:
    """The program that says it, if no person does."""
    bot = key(told.get("bot_id"))
    if key(told.get("user")) and told.get("subtype") != "bot_message":
        return None
    if bot is None and not told.get("username"):
        return None
    profile = told["bot_profile"] if isinstance(told.get("bot_profile"), dict) else {}
    icons = told["icons"] if isinstance(told.get("icons"), dict) else {}
    name = words(told.get("username"), 80) or words(profile.get("name"), 80) or "Bot"
    icon = words(icons.get("emoji"), 64)
    return {"key": bot or name, "name": name, "iconEmoji": icon or None}


def _attachments(told: Mapping[str, Any]) -> list[Told]:
    """Files by reference, and what programs attach as cards."""
    single = [told["file"]] if isinstance(told.get("file"), dict) and "files" not in told else []
    files = [_file(file) for file in (*_dicts(told.get("files")), *single)]
    cards = [payloads.card(each) for each in _dicts(told.get("attachments")) if not _is_preview(each)]
    if not _raw(told.get("text"), 1) and (blocks := payloads.blocks_text(_dicts(told.get("blocks")))):
        cards.append({"type": "card", "text": blocks})
    found = [*filter(None, files), *(card for card in cards if len(card) > 1)]
    return [each for each in found if len(orjson.dumps(each)) <= ATTACHMENT_BYTES][:FILES]


def _file(told: Mapping[str, Any]) -> Told | None:
    """Where it can still be fetched by whoever may; nothing is fetched here."""
    if told.get("mode") in ("tombstone", "hidden_by_limit"):
        return None
    name = words(told.get("name"), 255) or words(told.get("title"), 255)
    url = _address(told.get("url_private")) or _address(told.get("permalink")) or _address(told.get("external_url"))
    size = told.get("size")
    file = {
        "type": "link", "name": name or "File", "mimeType": words(told.get("mimetype"), 127),
        "size": size if isinstance(size, int) and not isinstance(size, bool) and 0 <= size < 2**53 else None,
        "url": url, "source": "slack", "sourceId": key(told.get("id")),
    }  # fmt: skip
    return {name: value for name, value in file.items() if value}


def _is_preview(told: Mapping[str, Any]) -> bool:
    return bool(told.get("from_url") or told.get("original_url")) and told.get("is_app_unfurl") is not True


def _previews(told: Mapping[str, Any]) -> list[Told]:
    """What links led to when it was said: words, never pictures."""
    found = []
    for each in _dicts(told.get("attachments")):
        url = _address(each.get("from_url")) or _address(each.get("original_url"))
        title = words(each.get("title"), 300)
        if _is_preview(each) and url and title:
            preview = {"url": url, "title": title, "description": words(each.get("text"), 600) or None,
                       "site_name": words(each.get("service_name"), 100) or None}  # fmt: skip
            found.append({name: value for name, value in preview.items() if value})
    return found[:PREVIEWS]


def _reactions(told: Mapping[str, Any]) -> dict[str, list[str]]:
    """Slack's name of each emoji, and who reacted with it."""
    found: dict[str, list[str]] = {}
    for each in _dicts(told.get("reactions")):
        users = each.get("users")
        people = [user for user in map(key, users if isinstance(users, list) else ()) if user]
        if (name := words(each.get("name"), 60)) and people and len(found) < EMOJI:
            found[name] = list(dict.fromkeys(people))
    return found


def _left_out(told: Mapping[str, Any], what: str) -> Iterator[Told]:
    files: Sequence[Mapping[str, Any]] = _dicts(told.get("files"))
    for file in files:
        if file.get("mode") in ("tombstone", "hidden_by_limit"):
            yield skip("file_gone", what)
    for _ in files[FILES:]:
        yield skip("too_many_files", what)
    for _ in _dicts(told.get("reactions"))[EMOJI:]:
        yield skip("too_many_reactions", what)
    if isinstance(told.get("text"), str) and len(told["text"]) > TEXT:
        yield skip("text_cut", what)


def microseconds_of(told: object) -> int | None:
    """Slack's time, a number of seconds or a text of one."""
    if isinstance(told, int) and not isinstance(told, bool) and 0 < told < 10**11:
        return told * 1_000_000
    found = _TS.fullmatch(told) if isinstance(told, str) else None
    if found is None or not 0 < int(found[1]) < 253_402_300_000:
        return None
    return int(found[1]) * 1_000_000 + int((found[2] or "0").ljust(6, "0"))


def key(told: object) -> str | None:
    """An id of Slack's."""
    return told if isinstance(told, str) and _KEY.fullmatch(told) else None


def words(told: object, most: int) -> str:
    """One line of text."""
    return " ".join(_raw(told, most * 2).split())[:most]


def _raw(told: object, most: int) -> str:
    return told[:most] if isinstance(told, str) else ""


def _dicts(told: object) -> list[dict[str, Any]]:
    return [each for each in told if isinstance(each, dict)] if isinstance(told, list) else []


def _address(told: object) -> str:
    is_fit = isinstance(told, str) and told.startswith(("http://", "https://")) and len(told) <= 2_048
    return str(told) if is_fit and str(told).isprintable() else ""
