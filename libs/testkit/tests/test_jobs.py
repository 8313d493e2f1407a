"""Jobs beside a test: ended with it, and never failing in silence."""

import asyncio

import pytest
from testkit.jobs import running


async def test_a_job_ends_with_its_block() -> None:
    async with running(asyncio.Event().wait()) as job:
        assert not job.done()
    assert job.cancelled()


async def test_a_job_that_fails_fails_the_block() -> None:
    async def fail() -> None:
        raise KeyError("lost")

    async def body() -> None:
        async with running(fail()):
            await asyncio.Event().wait()

    with pytest.raises(ExceptionGroup) as failed:
        await body()
    assert isinstance(failed.value.exceptions[0], KeyError)
