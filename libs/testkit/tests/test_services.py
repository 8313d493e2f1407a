"""Processes: ready when given, told apart from one that dies, gone when left."""

import os
from pathlib import Path

import pytest
from testkit import process

SERVER = """
import http.server, os
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200), self.end_headers()
http.server.HTTPServer(("127.0.0.1", int(os.environ["NEXUS_PORT"])), Handler).serve_forever()
"""


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    (tmp_path / "a_small_server.py").write_text(SERVER)
    (tmp_path / "a_short_life.py").write_text("raise SystemExit('the settings are wrong')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return "a_small_server"


async def test_a_process_is_ready_when_given_and_gone_when_left(module: str) -> None:
    async with process(module) as server:
        pid = server.pid
        os.kill(pid, 0)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


async def test_a_restarted_process_answers_on_the_same_port(module: str) -> None:
    async with process(module) as server:
        before = server.pid, server.url
        await server.restart()
        assert server.pid != before[0]
        assert server.url == before[1]


async def test_a_process_that_ends_is_reported_at_once_with_what_it_said(module: str) -> None:
    with pytest.raises(AssertionError, match="the settings are wrong"):
        async with process("a_short_life", within=10):
            pytest.fail("it never lived")
