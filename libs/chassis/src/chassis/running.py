"""How a service's process starts and ends."""

import gc
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import uvloop

from chassis import telemetry
from chassis.settings import ServiceSettings

S = TypeVar("S", bound=ServiceSettings)


def run(service: str, settings_type: type[S], main: Callable[[S], Coroutine[Any, Any, None]]) -> None:
    """Read the settings, start logging, and run `main` on uvloop until it returns."""
    settings = settings_type.load()
    telemetry.configure(service, settings.log_level)
    gc.freeze()
    uvloop.run(main(settings))
