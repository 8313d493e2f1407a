"""Waiting: what counts as an answer, and what a failure tells."""

import pytest
from testkit import eventually


async def test_it_answers_what_the_check_answered() -> None:
    answers = iter([0, None, 7])
    assert await eventually(lambda: next(answers)) == 7


async def test_an_error_means_not_yet() -> None:
    tries: list[int] = []

    async def third_time() -> bool:
        tries.append(1)
        assert len(tries) == 3
        return True

    assert await eventually(third_time)


async def test_a_failure_tells_what_was_asked_and_what_came_last() -> None:
    with pytest.raises(AssertionError, match=r"not within 0\.1 s: .*len\(\[\]\).*; the last answer was 0"):
        await eventually(lambda: len([]), within=0.1)


async def test_the_last_error_is_the_cause_of_the_failure() -> None:
    def refused() -> bool:
        raise ConnectionRefusedError("nobody listens")

    with pytest.raises(AssertionError, match="nobody listens") as failure:
        await eventually(refused, within=0.1)
    assert isinstance(failure.value.__cause__, ConnectionRefusedError)
