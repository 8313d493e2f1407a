"""Back-off: it grows, it spreads, it has a ceiling, and success forgets it."""

from itertools import islice

import pytest
from eventbus import Backoff, repeat
from hypothesis import given
from hypothesis import strategies as st


@given(first=st.floats(0.001, 1), most=st.floats(1, 60), tries=st.integers(1, 60))
def test_each_wait_is_between_half_and_all_of_a_doubling_up_to_the_ceiling(
    first: float, most: float, tries: int
) -> None:
    for number, seconds in enumerate(islice(Backoff(first, most), tries)):
        whole = min(most, first * 2**number)
        assert whole / 2 <= seconds <= whole


def test_waiters_spread() -> None:
    assert len({next(Backoff()) for _ in range(20)}) > 15


def test_success_forgets_the_failures() -> None:
    waits = Backoff(first=0.1)
    list(islice(waits, 10))
    waits.reset()
    assert next(waits) <= 0.1


def test_a_thousand_failures_still_have_an_answer() -> None:
    assert all(seconds <= 5 for seconds in islice(Backoff(), 3_000))


async def test_turns_go_on_while_a_part_is_gone_and_end_with_anything_else() -> None:
    turns: list[BaseException | float] = [0.0, ConnectionError(), TimeoutError(), 0.0, LookupError("a fault of ours")]

    async def turn() -> float:
        outcome = turns.pop(0)
        if isinstance(outcome, BaseException):
            raise outcome
        return outcome

    with pytest.raises(LookupError):
        await repeat(turn, "a test", (OSError, TimeoutError), Backoff(first=0.001))
    assert not turns
