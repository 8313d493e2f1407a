"""Tasks beside whoever started them."""

import asyncio
from typing import Any


async def end(*tasks: "asyncio.Future[Any]") -> None:
    """Cancel them and wait until they have ended. Their outcome has been seen, or counts no more; that the caller is
    cancelled meanwhile does count."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
