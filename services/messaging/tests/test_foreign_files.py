"""Files that are not what they should be are refused with their reason, and change nothing."""

import asyncio
import base64
import io
import json
import stat
import zipfile
from collections.abc import AsyncIterator, Callable

import asyncpg
import pytest
import pytest_asyncio
from chassis.confined.runner import Runner
from drawn import film, png, seen
from office import Office
from slack_export import channel, files_of, said, user, zipped
from transfer_runs import imported, uploaded, work, working


@pytest_asyncio.fixture
async def runner() -> AsyncIterator[Runner]:
    async with working() as started:
        yield started


GOOD = files_of([user("U1", "Ann")], [channel("C1", "ideas", "U1")], {"ideas/2020-09-13": [said(1, "U1", "hello")]})


def with_file(name: str, data: bytes) -> bytes:
    return zipped({**GOOD, name: data})


def a_link() -> bytes:
    out = io.BytesIO(zipped(GOOD))
    with zipfile.ZipFile(out, "a") as made:
        link = zipfile.ZipInfo("ideas/2020-09-14.json")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        made.writestr(link, "/etc/passwd")
    return out.getvalue()


def twice() -> bytes:
    out = io.BytesIO(zipped(GOOD))
    with zipfile.ZipFile(out, "a") as made:
        made.writestr("Users.json", b"[]")
    return out.getvalue()


def many() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for number in range(200_001):
            made.writestr(zipfile.ZipInfo(f"{number}"), b"")
    return out.getvalue()


def encrypted() -> bytes:
    data = bytearray(zipped(GOOD))
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = data.find(mark)
        while start >= 0:
            data[start + place] |= 1
            start = data.find(mark, start + 4)
    return bytes(data)


def damaged() -> bytes:
    data = bytearray(zipped({**GOOD, "ideas/2020-09-13.json": json.dumps([said(1, "U1", "word " * 500)]).encode()}))
    middle = data.find(b"ideas/2020-09-13.json") + 60
    data[middle : middle + 20] = bytes(20)
    return bytes(data)


CASES: dict[str, tuple[Callable[[], bytes], str]] = {
    "no zip": (lambda: b"GIF89a" + bytes(2_000), "not a zip file"),
    "a zip of something else": (lambda: zipped({"letter.txt": b"Dear all"}), "neither an export of Slack's"),
    "more files than there may be": (many, "more than 200,000 files"),
    "a bomb": (lambda: with_file("ideas/2020-09-14.json", b"[" + b" " * 40_000_000 + b"]"), "200 times its size"),
    "a file outside": (lambda: with_file("../users.json", b"[]"), "outside of its folders"),
    "an absolute name": (lambda: with_file("/etc/cron.json", b"[]"), "outside of its folders"),
    "a name of another system": (lambda: with_file("ideas\\a.json", b"[]"), "cannot be"),
    "a link": (a_link, "no file but a link"),
    "a name twice": (twice, "twice"),
    "encrypted": (encrypted, "encrypted"),
    "damaged": (damaged, "damaged"),
    "no UTF-8": (lambda: with_file("ideas/2020-09-14.json", b'[{"text": "\xff\xfe"}]'), "not JSON in UTF-8"),
    "half of a letter in no text": (lambda: with_file("ideas/2020-09-14.json", b"[\\ud800]"), "not JSON in UTF-8"),
    "too deep": (lambda: with_file("ideas/2020-09-14.json", b"[" * 100 + b"]" * 100), "60 levels deep"),
    "deeper than any reader": (lambda: with_file("ideas/2020-09-14.json", b"[" * 90_000 + b"]" * 90_000), "not JSON"),
    "no list": (lambda: zipped({**GOOD, "users.json": b'{"id": "U1"}'}), "no list"),
    "an archive of the future": (
        lambda: zipped({"workspace.json": b'{"format": "nexus-archive", "version": 9, "workspace": {}}'}),
        "another version",
    ),
    "an archive that says nonsense": (
        lambda: zipped({
            "workspace.json": b'{"format": "nexus-archive", "version": 1, "workspace": {"key": "w", "name": "W"}}',
            "people.jsonl": b'{"key": "p", "name": "P", "role": "god"}\n',
        }),
        "not understood",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
async def test_what_is_not_as_it_should_be_is_refused(
    case: str, office: Office, pool: asyncpg.Pool, runner: Runner
) -> None:
    make, reason = CASES[case]
    path = await uploaded(office.owner, office.workspace_id, await asyncio.to_thread(make))
    await work(pool, runner)
    _, told = await office.owner.get(path)
    assert (told["state"], reason in (told["failure"] or "")) == ("failed", True), told
    assert await pool.fetchval("SELECT count(*) FROM transfer_records") == 0
    assert await pool.fetchval("SELECT count(*) FROM transfer_pieces") == 0
    assert await pool.fetchval("SELECT count(*) FROM messages") == 0
    # Another can be tried at once.
    path = await uploaded(office.owner, office.workspace_id, zipped(GOOD))
    await work(pool, runner)
    assert (await office.owner.get(path))[1]["state"] == "waiting"


async def test_what_is_odd_in_it_is_left_out_and_counted(office: Office, pool: asyncpg.Pool, runner: Runner) -> None:
    odd = [
        said(1, "U1", "kept"), {"type": "message", "user": "U1", "text": "no time"},
        {"type": "message", "ts": "1600000002.0001", "text": "nobody"},
        {"type": "message", "ts": "12:30", "user": "U1"},
        said(3, "U1", ""), said(4, "U9", "of somebody who is not listed"), 7, None, [],
        {"type": "message", "subtype": "channel_leave", "user": "U1", "ts": "1600000005.0001", "text": "left"},
        said(1, "U1", "the same time"), said(6, "U1", "a thread\x00 without beginning", thread_ts="1500000000.000000"),
        said(8, "U1", "x" * 50_000), {"ts": {"a": 1}, "type": ["message"], "user": 5},
    ]  # fmt: skip
    files = files_of([user("U1", "Ann"), {"id": 5}], [channel("C1", "ideas", "U1")], {"ideas/2020-09-13": odd})  # type: ignore[arg-type]
    path = await uploaded(office.owner, office.workspace_id, zipped(files))
    await work(pool, runner)
    _, preview = await office.owner.get(f"{path}/preview")
    assert {each["reason"]: each["count"] for each in preview["skipped"]} == {
        "not_a_message": 3, "nobody_said_it": 1, "says_nothing": 1, "subtype_channel_leave": 1, "text_cut": 1,
        "twice_in_the_file": 1, "person_without_id": 1, "character_replaced": 1, "unknown_author": 1,
        "thread_without_beginning": 1,
    }  # fmt: skip
    await office.owner.made(f"{path}/confirm", {"keepForever": True})
    await work(pool, runner)
    _, told = await office.owner.get(path)
    assert told["report"]["skipped"]["unknown_author"] == 1
    assert told["report"]["skipped"]["thread_without_beginning"] == 1
    assert told["report"]["messagesNew"] == 3
    _, listed = await office.owner.get(f"{path}/skipped")
    assert {"reason": "unknown_author", "what": "C1/1600000004.004100"}.items() <= {
        name: value for each in listed["skipped"] if each["reason"] == "unknown_author" for name, value in each.items()
    }.items()


# As JSON has it, and what becomes of it.
UNFIT = {
    rb"half \ud800 of one": ("half � of one", 1),
    rb"the other half \uDC00": ("the other half �", 1),
    rb"the wrong way round \udc4d\ud83d": ("the wrong way round ��", 2),
    rb"a half \ud83d\ud83d\udc4d before a whole": ("a half �👍 before a whole", 1),
    rb"nothing \u0000 at all": ("nothing � at all", 1),
    rb"whole \ud83d\udc4d": ("whole 👍", 0),
    rb"written out \\ud800 and \\u0000": (r"written out \ud800 and \u0000", 0),
    rb"written out \\ud83d\udc4d before a half": (r"written out \ud83d� before a half", 1),
    b"as bytes \xed\xa0\xbd": ("as bytes �", 1),
    "한국".encode(): ("한국", 0),
}  # fmt: skip


async def test_characters_that_cannot_be_kept_are_replaced_and_counted(
    office: Office, pool: asyncpg.Pool, runner: Runner
) -> None:
    days = [
        b'{"type": "message", "user": "U1", "ts": "%d.000100", "text": "%s"}' % (1_600_000_000 + number, text)
        for number, text in enumerate(UNFIT)
    ]
    users = b'[{"id": "U1", "team_id": "T1", "profile": {"real_name": "Ann \\ud83d"}}]'
    file = zipped({**GOOD, "users.json": users, "ideas/2020-09-13.json": b"[" + b",".join(days) + b"]"})
    done = await imported(office.owner, office.workspace_id, file, pool, runner, keepForever=True)
    assert done["report"]["skipped"] == {"character_replaced": 1 + sum(count for _, count in UNFIT.values())}
    kept = [row["content"] for row in await pool.fetch("SELECT content FROM messages ORDER BY seq")]
    assert [text.replace("\\\\", "\\") for text in kept] == [text for text, _ in UNFIT.values()]
    assert await pool.fetchval("SELECT count(*) FROM users WHERE name = 'Ann �'") == 1
    path = (await office.owner.get(f"/api/workspaces/{office.workspace_id}/imports"))[1]["imports"][0]["id"]
    _, listed = await office.owner.get(f"/api/workspaces/{office.workspace_id}/imports/{path}/skipped")
    assert [each["what"] for each in listed["skipped"]] == ["users.json", "ideas/2020-09-13.json"]


async def test_an_archive_of_ours_is_read_the_same_way(office: Office, pool: asyncpg.Pool, runner: Runner) -> None:
    files = {
        "workspace.json": rb'{"format": "nexus-archive", "version": 1, "workspace": {"key": "w", "name": "W\u0000"}}',
        "people.jsonl": b'{"key": "p", "name": "P\\udfff"}\n{"key": "q", "name": "Q"}\n',
    }
    done = await imported(office.owner, office.workspace_id, zipped(files), pool, runner)
    assert (done["state"], done["report"]["skipped"]) == ("done", {"character_replaced": 2})


def an_archive_with_emoji(images: dict[str, bytes]) -> bytes:
    lines = [
        json.dumps({"key": name, "name": name, "image": base64.b64encode(data).decode(), "createdAt": number + 1})
        for number, (name, data) in enumerate(images.items())
    ]
    head = {"format": "nexus-archive", "version": 1, "workspace": {"key": "w", "name": "W"}}
    return zipped({"workspace.json": json.dumps(head).encode(), "emoji.jsonl": "\n".join(lines).encode()})


async def test_emoji_of_an_archive_are_written_anew_or_left_out(
    office: Office, pool: asyncpg.Pool, runner: Runner
) -> None:
    script = b"<script>alert(1)</script>"
    moving = film("GIF", 4)
    images = {
        "moving": moving + script,
        "cut": moving[:-40],
        "header": png(9, 9)[:33],
        "wide": png(513, 1),
        "page": script,
    }
    done = await imported(office.owner, office.workspace_id, an_archive_with_emoji(images), pool, runner)
    assert (done["state"], done["report"]["emojiNew"]) == ("done", 1)
    assert done["report"]["skipped"] == {"not_an_image": 4}
    (row,) = await pool.fetch("SELECT name, width, height, image FROM custom_emoji")
    assert (row["name"], row["width"], row["height"]) == ("moving", 24, 24)
    assert seen(row["image"]) == seen(moving)
    assert script not in row["image"]
    again = await imported(office.owner, office.workspace_id, an_archive_with_emoji(images), pool, runner)
    assert "emojiNew" not in again["report"]
