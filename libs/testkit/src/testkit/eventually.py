"""Waiting for what will happen, never for time to pass."""

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar, overload

T = TypeVar("T")
PAUSE = 0.02
# Seconds, for a busy machine: who waits for less says so, and asserts it.
WITHIN = 20.0


@overload
async def eventually(check: Callable[[], Awaitable[T]], within: float = WITHIN) -> T: ...
@overload
async def eventually(check: Callable[[], T], within: float = WITHIN) -> T: ...
async def eventually(check: Callable[[], object], within: float = WITHIN) -> object:
    """The first truthy answer of `check`, which may be a coroutine function.

    A falsy answer and an error (a failed assertion, a refused connection) both mean "not yet". When time is up the
    failure tells what was asked and what came last, and an error that came last is its cause.
    """
    deadline = time.monotonic() + within
    last = "no answer at all"
    cause: Exception | None = None
    while (left := deadline - time.monotonic()) > 0:
        try:
            async with asyncio.timeout(left):
                answer = check()
                value = await answer if inspect.isawaitable(answer) else answer
            if value:
                return value
            last, cause = f"the last answer was {value!r}", None
        except TimeoutError as error:
            last, cause = (last if cause is None else repr(cause)), cause or error
        except Exception as error:
            last, cause = f"the last try ended with {error!r}", error
        await asyncio.sleep(PAUSE)
    raise AssertionError(f"not within {within:g} s: {_asked(check)}; {last}") from cause


def _asked(check: Callable[..., object]) -> str:
    try:
        return " ".join(inspect.getsource(check).split())[:300]
    except (OSError, TypeError):
        return repr(check)[:300]
