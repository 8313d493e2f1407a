"""Logs: one JSON object a line, whatever is said, in the trace it belongs to."""

import io
import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from chassis import tracing
from chassis.telemetry import configure


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """Logging as a service configures it; what was printed since, as objects."""
    root, printed = logging.getLogger(), io.StringIO()
    before, level = root.handlers[:], root.level
    monkeypatch.setattr("sys.stdout", printed)
    root.handlers.clear()  # pytest's own are not to be closed
    configure("toy", "info")
    yield lambda: [json.loads(line) for line in printed.getvalue().splitlines()]
    root.handlers[:] = before
    root.setLevel(level)


def test_a_line_says_when_who_and_what(said) -> None:
    logging.getLogger("toy.things").warning("lost %d things", 3, extra={"things": ["a", {1: "b"}]})
    logging.getLogger("toy.things").debug("not at this level")
    [line] = said()
    assert {
        "level": "WARNING",
        "service": "toy",
        "logger": "toy.things",
        "message": "lost 3 things",
    }.items() <= line.items()
    assert line["at"].endswith("+00:00")
    assert line["things"] == ["a", {"1": "b"}]
    assert "trace_id" not in line


def test_a_line_carries_its_trace(said) -> None:
    with tracing.entered({}) as trace_id:
        logging.getLogger("toy").info("within")
    assert said()[0]["trace_id"] == trace_id


def test_an_exception_is_one_line_too(said) -> None:
    try:
        raise ValueError("no good")
    except ValueError:
        logging.getLogger("toy").exception("failed")
    [line] = said()
    assert "ValueError: no good" in line["exception"]


def test_text_that_is_half_a_character_does_not_silence_its_line(said) -> None:
    logging.getLogger("toy").info("what came: %s\n\x1b[31m", "\ud800")
    [line] = said()
    assert line["message"].startswith("what came: ")


def test_what_one_trace_injects_another_process_continues() -> None:
    headers: dict[str, str] = {}
    with tracing.entered({}) as trace_id:
        tracing.inject(headers)
    with tracing.entered(headers) as continued:
        assert continued == trace_id
    with tracing.entered({"traceparent": "00-nonsense"}) as another:
        assert another != trace_id
