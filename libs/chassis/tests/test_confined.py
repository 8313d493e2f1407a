"""Whatever a confined task does, its job fails with its reason and nothing else happens."""

import asyncio
import os
import signal
import socket
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from chassis.confined import denials, fence
from chassis.confined.limits import MIB, SENTENCES, Busy, CannotConfine, Failed, Limits, Reason
from chassis.confined.runner import Program, Runner
from chassis.confined.scratch import PREFIX, Scratch, remove
from testkit import bombs, eventually

TIGHT = Limits(memory=256 * MIB, cpu=1, seconds=90, output=4 * MIB, entries=200, answer=10_000)
SHELL = "/bin/sh"


@pytest_asyncio.fixture(scope="module")
async def runner(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Runner]:
    async with Runner(most=2, within=tmp_path_factory.mktemp("scratch")) as made:
        yield made


async def reason_of(runner: Runner, task: str | Program, limits: Limits = TIGHT, given: bytes = b"") -> Failed:
    async with runner.folder() as folder:
        (folder / "input").write_bytes(given)
        with pytest.raises(Failed) as failure:
            await runner.run(task, folder, limits=limits)
    return failure.value


async def test_a_task_gets_its_folder_and_arguments_and_nothing_else(
    runner: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEXUS_DATABASE_URL", "postgresql://secret")
    async with runner.folder() as folder:
        (folder / "input").write_bytes(b"x")
        told = await runner.run("testkit.hostile:answer", folder, {"side": 200, "name": "그림"})
    # Python itself adds one more where its language is not set as it likes.
    assert set(told.pop("environment")) - {"LC_CTYPE"} == {"HOME", "LANG", "MALLOC_ARENA_MAX", "PATH", "TMPDIR"}
    assert told == {
        "arguments": {"side": 200, "name": "그림"}, "folder": str(folder), "files": ["input"], "descriptors": 4,
    }  # fmt: skip
    assert not folder.exists()


@pytest.mark.parametrize(
    ("task", "reason"),
    [
        ("take_memory", Reason.MEMORY),
        ("calculate", Reason.CPU),
        ("write_much", Reason.OUTPUT),
        ("write_many", Reason.OUTPUT),
        ("write_several", Reason.OUTPUT),
        ("dig", Reason.OUTPUT),
        ("talk", Reason.OUTPUT),
        ("fail", Reason.CRASHED),
        ("abort", Reason.CRASHED),
        ("follow_null", Reason.CRASHED),
        ("forge", Reason.CRASHED),
        ("no_such_task", Reason.CRASHED),
    ],
)
async def test_a_task_that_wants_too_much_fails_with_its_reason(runner: Runner, task: str, reason: Reason) -> None:
    failure = await reason_of(runner, f"testkit.hostile:{task}")
    assert (failure.reason, failure.sentence) == (reason, SENTENCES[reason])


async def test_a_task_that_takes_too_long_is_ended(runner: Runner) -> None:
    failure = await reason_of(runner, "testkit.hostile:sleep", Limits(seconds=1.5))
    assert failure.reason is Reason.TIME


async def test_what_a_task_refuses_is_told_in_its_plain_words(runner: Runner) -> None:
    failure = await reason_of(runner, "testkit.hostile:refuse")
    assert failure.reason is Reason.REFUSED
    assert failure.sentence.startswith("It is [31m too large: xxx")
    assert len(failure.sentence) == 300


async def test_what_libraries_print_is_no_answer(runner: Runner) -> None:
    failure = await reason_of(runner, "testkit.hostile:chatter")
    assert failure.reason is Reason.CPU


async def test_progress_is_told_on_the_way(runner: Runner) -> None:
    told: list[float] = []
    async with runner.folder() as folder:
        assert await runner.run("testkit.hostile:tell", folder, on_progress=told.append) == "told"
    assert told == [step / 10 for step in range(1, 11)]


async def test_threads_are_made_and_processes_are_not(runner: Runner) -> None:
    async with runner.folder() as folder:
        ended = await runner.run("testkit.hostile:fork", folder)
    assert ended == ["thread", *["PermissionError"] * 4]


async def test_no_network_is_reached(runner: Runner, tmp_path: Path) -> None:
    path = str(tmp_path / "s")
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket(socket.AF_UNIX) as local:
        local.bind(path)
        local.listen()
        server.setblocking(False)
        async with runner.folder() as folder:
            told = await runner.run("testkit.hostile:reach", folder, {"port": server.getsockname()[1], "path": path})
        with pytest.raises(BlockingIOError):
            server.accept()
    assert told == [*["PermissionError"] * 5, "gaierror"]


async def test_nothing_outside_its_folder_is_read_or_touched(runner: Runner, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("key")
    before = state_of(tmp_path)
    async with runner.folder() as folder:
        arguments = {"secret": str(secret), "outside": str(tmp_path), "parent": os.getpid()}
        told: dict[str, str] = await runner.run("testkit.hostile:touch", folder, arguments)
        assert list(folder.iterdir()) == []
    assert {way for way, outcome in told.items() if outcome not in ("PermissionError", "OSError")} == set(), told
    assert secret.read_text() == "key"
    assert state_of(tmp_path) == before


def state_of(folder: Path) -> dict[str, tuple[int, ...]]:
    """All that is noted of files, save for when they were read."""
    return {file.name: tuple(file.stat())[:7] + tuple(file.stat())[8:] for file in folder.rglob("*")}


async def test_what_it_is_given_to_read_it_reads_and_leaves(runner: Runner, tmp_path: Path) -> None:
    given, secret = tmp_path / "given", tmp_path / "secret"
    given.write_text("words")
    secret.write_text("key")
    async with runner.folder() as folder:
        assert await runner.run(Program(("/bin/cat", str(given))), folder, reads=(given,)) == "words"
        for command in (f"echo more >> {given}", f"cat {secret}"):
            with pytest.raises(Failed):
                await runner.run(Program((SHELL, "-c", command)), folder, reads=(given,))
    assert given.read_text() == "words"


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        (":(){ :|:& };:", Reason.CRASHED),
        ("while :; do :; done", Reason.CPU),
        ("exec sleep 600", Reason.TIME),
        ("exec cat /dev/zero", Reason.OUTPUT),
        ("exec cp /dev/zero much", Reason.OUTPUT),
        ("exec tail /dev/zero", Reason.MEMORY),
        ("exec /no/such/program", Reason.CRASHED),
        ("kill -9 $PPID", Reason.CRASHED),
        ("exec ls /", Reason.CRASHED),
        ("exec cat /proc/$PPID/environ", Reason.CRASHED),
    ],
)
async def test_a_program_is_held_as_a_function_is(runner: Runner, command: str, reason: Reason) -> None:
    # A busy machine may take its time to give a second of its processor.
    seconds = 4 if reason is Reason.TIME else 90
    limits = Limits(memory=256 * MIB, cpu=1, seconds=seconds, output=4 * MIB, answer=10_000)
    failure = await reason_of(runner, Program((SHELL, "-c", command)), limits)
    assert failure.reason is reason


async def test_a_program_tells_its_progress_in_its_own_way(runner: Runner) -> None:
    told: list[float] = []
    steps = Program((SHELL, "-c", "echo half; echo done"), progress_of=lambda line: {b"half": 0.5}.get(line))
    async with runner.folder() as folder:
        assert await runner.run(steps, folder, on_progress=told.append) == "done"
    assert told == [0.5]


@pytest.mark.parametrize(
    ("task", "given", "reasons"),
    [
        ("unpack", bombs.empty_zip(), {Reason.OUTPUT}),
        ("parse", bombs.laughing_xml(), {Reason.CRASHED, Reason.MEMORY, Reason.CPU}),
        ("tabulate", bombs.far_corner(), {Reason.MEMORY}),
    ],
)
async def test_a_bomb_ends_its_own_process(runner: Runner, task: str, given: bytes, reasons: set[Reason]) -> None:
    assert len(given) < 200_000
    assert (await reason_of(runner, f"testkit.hostile:{task}", given=given)).reason in reasons


async def test_a_cancelled_job_leaves_no_process_and_no_folder(runner: Runner) -> None:
    kept: list[Path] = []

    async def job() -> None:
        async with runner.folder() as folder:
            kept.append(folder)
            await runner.run("testkit.hostile:sleep", folder)

    task = asyncio.create_task(job())
    await eventually(lambda: kept and (kept[0] / "asleep").exists(), within=20)
    assert processes_at(kept[0])
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not kept[0].exists()
    assert not processes_at(kept[0])


def processes_at(folder: Path) -> list[str]:
    """Who has this folder as its working place."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if os.readlink(process / "cwd").startswith(str(folder)):
                found.append(process.name)
        except OSError:
            continue
    return found


PARENT = """
import asyncio, pathlib, sys
from chassis.confined.runner import Runner
async def main():
    async with Runner(within=pathlib.Path(sys.argv[1])) as runner, runner.folder() as folder:
        print(folder, flush=True)
        await runner.run("testkit.hostile:sleep", folder)
asyncio.run(main())
"""


async def test_a_task_ends_with_the_process_that_started_it_and_the_next_one_cleans_up(tmp_path: Path) -> None:
    parent = await asyncio.create_subprocess_exec(sys.executable, "-c", PARENT, str(tmp_path), stdout=PIPE)
    try:
        assert parent.stdout is not None
        folder = Path((await parent.stdout.readline()).decode().strip())
        await eventually((folder / "asleep").exists, within=20)
        assert processes_at(folder)
        with Scratch(tmp_path):
            assert leftovers(tmp_path) == 2
    finally:
        parent.kill()
        await parent.wait()
    await eventually(lambda: not processes_at(folder), within=20)
    with Scratch(tmp_path):
        assert leftovers(tmp_path) == 1


def leftovers(place: Path) -> int:
    return len(list(place.glob(PREFIX + "*")))


async def test_a_spare_does_one_task_and_no_other(tmp_path: Path) -> None:
    async with Runner(warm=("testkit.hostile",), within=tmp_path) as runner:
        spares = []
        for _ in range(2):
            spares.append(runner._spares["testkit.hostile"])
            async with runner.folder() as folder:
                await runner.run("testkit.hostile:answer", folder)
        assert [spare.returncode for spare in spares] == [0, 0]
        spares[1] = runner._spares["testkit.hostile"]
        os.kill(spares[1].pid, signal.SIGKILL)
        await spares[1].wait()
        async with runner.folder() as folder:
            await runner.run("testkit.hostile:answer", folder)
        last = runner._spares["testkit.hostile"]
    assert last.returncode == -signal.SIGKILL


async def test_who_waits_too_long_for_a_place_is_told_so(tmp_path: Path) -> None:
    async with Runner(most=1, within=tmp_path) as runner, runner.folder() as folder, runner.folder() as other:
        first = asyncio.create_task(runner.run("testkit.hostile:sleep", folder))
        await eventually((folder / "asleep").exists, within=20)
        with pytest.raises(Busy):
            await runner.run("testkit.hostile:answer", other, limits=Limits(wait=0.05))
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
        assert await runner.run("testkit.hostile:answer", other)


async def test_a_runner_does_not_start_where_it_cannot_confine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as context:
        context.setattr(fence, "landlock_version", lambda: 0)
        with pytest.raises(CannotConfine, match="Landlock"):
            await Runner(within=tmp_path).__aenter__()
    with monkeypatch.context() as context:
        context.setitem(sys.modules, "pyseccomp", None)
        with pytest.raises(CannotConfine, match="libseccomp2"):
            await Runner(within=tmp_path).__aenter__()
    with monkeypatch.context() as context:
        context.setattr(denials, "DENIED", ("ptrace",))
        with pytest.raises(CannotConfine, match="could still make a socket"):
            await Runner(within=tmp_path).__aenter__()
    assert leftovers(tmp_path) == 0


async def test_deep_folders_are_removed(tmp_path: Path) -> None:
    top = tmp_path / "top"
    top.mkdir()
    here = os.open(top, os.O_RDONLY)
    for _ in range(3_000):
        os.mkdir("deep" * 20, dir_fd=here)
        here, outer = os.open("deep" * 20, os.O_RDONLY, dir_fd=here), here
        os.close(outer)
    os.close(here)
    await asyncio.to_thread(remove, top)
    assert not top.exists()


def test_the_filter_is_a_program_for_the_kernel() -> None:
    for may_execute in (False, True):
        assert len(denials.compiled(may_execute)) % 8 == 0
    assert denials.compiled(may_execute=False) != denials.compiled(may_execute=True)
