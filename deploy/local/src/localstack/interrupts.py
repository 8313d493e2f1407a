"""Being told to stop: by Ctrl-C, by a signal, or by the end of standard input."""

import asyncio
import contextlib
import signal
import sys
import threading
from collections.abc import AsyncIterator, Callable

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextlib.asynccontextmanager
async def stoppable(at_second: Callable[[], None], announce: Callable[[], None]) -> AsyncIterator[Callable[[], None]]:
    """The block is cancelled by the first signal, quietly; a second one means at once. Gives the stop itself."""
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    assert task is not None
    told = False

    def stop() -> None:
        nonlocal told
        if told:
            at_second()
            return
        told = True
        announce()
        task.cancel()

    for number in SIGNALS:
        loop.add_signal_handler(number, stop)
    try:
        yield stop
    except asyncio.CancelledError:
        if not told:
            raise
        task.uncancel()
    finally:
        for number in SIGNALS:
            loop.remove_signal_handler(number)


def at_end_of_input(stop: Callable[[], None]) -> None:
    """Stop when whoever started us closes our standard input, or dies."""
    loop = asyncio.get_running_loop()

    def read() -> None:
        sys.stdin.buffer.read()
        with contextlib.suppress(RuntimeError):  # the loop ended first
            loop.call_soon_threadsafe(stop)

    threading.Thread(target=read, daemon=True).start()
