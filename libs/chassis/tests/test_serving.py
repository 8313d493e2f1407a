"""How a process ends: what it accepted is finished, its jobs are stopped, and a job that fails is seen."""

import asyncio
from pathlib import Path

import aiohttp
import pytest
from chassis.serving import background
from testkit import Issuer, Process, eventually, process

TOY = """
import asyncio, os
from fastapi import APIRouter
from chassis import running
from chassis.serving import background, create_app, serve
from chassis.settings import ServiceSettings

routes = APIRouter()
fail = asyncio.Event()

@routes.get("/slow")
async def slow() -> str:
    print("accepted", flush=True)
    while not os.path.exists(os.environ["GO_ON"]):
        await asyncio.sleep(0.02)
    return "finished"

@routes.get("/fail")
async def fail_soon() -> str:
    fail.set()
    print("accepted", flush=True)
    await asyncio.sleep(0.5)
    return "finished"

async def job() -> None:
    try:
        await fail.wait()
        raise ValueError("the job broke")
    finally:
        print("job ended", flush=True)

async def other() -> None:
    try:
        await asyncio.Event().wait()
    finally:
        print("other ended", flush=True)

async def main(settings: ServiceSettings) -> None:
    async with background(job(), other()):
        await serve(create_app("toy", settings, (routes,), {}), settings)
    print("all ended", flush=True)

running.run("toy", ServiceSettings, main)
"""


@pytest.fixture
async def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tokens: Issuer):
    (tmp_path / "a_toy_service.py").write_text(TOY)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    settings = {"GO_ON": str(tmp_path / "go-on")}
    async with process("a_toy_service", jwks_url=tokens.jwks_url, settings=settings) as running:
        yield running


async def asked(toy: Process, path: str) -> str:
    async with aiohttp.ClientSession() as http, http.get(toy.url + path) as answer:
        return str(await answer.json())


async def test_a_process_finishes_what_it_accepted_takes_nothing_new_and_stops_its_jobs(toy) -> None:
    async with asyncio.TaskGroup() as group:
        under_way = group.create_task(asked(toy, "/slow"))
        await eventually(lambda: "accepted" in toy.output)
        stopping = group.create_task(toy.terminate())
        await eventually(lambda: refuses(toy))
        assert not stopping.done()
        await asyncio.to_thread(Path(toy.environment["GO_ON"]).touch)
    assert under_way.result() == "finished"
    assert stopping.result() == 0
    said = [line for line in toy.output.splitlines() if line.endswith("ended")]
    assert sorted(said[:2]) == ["job ended", "other ended"]
    assert said[2] == "all ended"
    assert '"settings"' in toy.output
    assert toy.environment["NEXUS_INTERNAL_SECRET"] not in toy.output


async def refuses(toy: Process) -> bool:
    try:
        await asked(toy, "/healthz")
    except aiohttp.ClientConnectionError:
        return True
    return False


async def test_a_job_that_fails_stops_the_process_after_what_it_accepted(toy) -> None:
    assert await asked(toy, "/fail") == "finished"
    assert await asyncio.wait_for(toy.child.wait(), 10) == 1
    assert '"level":"CRITICAL"' in toy.output
    assert toy.output.count("the job broke") >= 1
    assert "other ended" in toy.output
    assert "all ended" not in toy.output


async def test_jobs_are_cancelled_and_waited_for_when_the_body_is_left() -> None:
    ended: list[str] = []

    async def tidy() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            ended.append("tidy")

    async with background(tidy(), tidy()):
        await asyncio.sleep(0)
    assert ended == ["tidy", "tidy"]


async def test_the_error_of_the_body_is_not_hidden_by_its_jobs() -> None:
    async def messy() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            raise ValueError("on its way out")

    async def body() -> None:
        async with background(messy()):
            await asyncio.sleep(0)
            raise KeyError

    with pytest.raises(KeyError):
        await body()


async def test_a_job_that_fails_while_it_is_stopped_is_told() -> None:
    async def messy() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            raise ValueError("on its way out")

    async def body() -> None:
        async with background(messy()):
            await asyncio.sleep(0)

    with pytest.raises(ExceptionGroup) as failed:
        await body()
    assert isinstance(failed.value.exceptions[0], ValueError)
