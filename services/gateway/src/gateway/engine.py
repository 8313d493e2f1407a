"""The Engine.IO server (protocol 4): opens, beats, flushes and ends sessions, whatever carries them."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from secrets import token_urlsafe

import orjson

from gateway.endpoints import Link, Peer, Receiver
from gateway.frames import PING, Encoded
from gateway.heartbeat import Lane, Timer
from gateway.origins import OriginRule
from gateway.reasons import Reason
from gateway.sessions import Session, State
from gateway.traffic import Traffic


@dataclass(frozen=True, slots=True)
class EngineSettings:
    """Durations in seconds, sizes in bytes."""

    path: str = "/socket.io/"
    ping_interval: float = 25.0
    ping_timeout: float = 20.0
    max_payload: int = 1_000_000
    max_pending_bytes: int = 1_000_000
    max_pending_messages: int = 1_000
    max_sessions: int = 50_000
    upgrade_timeout: float = 10.0
    close_timeout: float = 4.0
    compression: bool = False
    origins: OriginRule = field(default_factory=OriginRule)


class EngineServer:
    """`accept` makes what lives on a new session; the transports ask for everything else."""

    def __init__(
        self,
        accept: Callable[[Session], Receiver],
        settings: EngineSettings | None = None,
        traffic: Traffic | None = None,
    ) -> None:
        self.settings = settings or EngineSettings()
        self.traffic = traffic or Traffic()
        self.traffic.queues = self.queues
        self.sessions: dict[str, Session] = {}
        self.draining = False
        self.admits: Callable[[], bool] = lambda: True
        self.max_pending_bytes = self.settings.max_pending_bytes
        self.max_pending_messages = self.settings.max_pending_messages
        self._accept = accept
        self._unflushed: list[Session] = []
        self.timer = Timer(grain=min(0.05, self.settings.ping_interval / 100))
        self._to_ping = self.timer.lane(self.settings.ping_interval, self._ping)
        self._to_pong = self.timer.lane(self.settings.ping_timeout, self._expect_no_longer)
        self._probing = self.timer.lane(self.settings.upgrade_timeout, Session.drop_probe)
        self._closing = self.timer.lane(self.settings.close_timeout, self.forget)
        self._lingering: Lane[Link] = self.timer.lane(self.settings.close_timeout, self._abort)
        self._empty = asyncio.Event()

    @property
    def is_full(self) -> bool:
        return self.draining or len(self.sessions) >= self.settings.max_sessions or not self.admits()

    def open(self, peer: Peer, link: Link | None = None) -> Session:
        session = Session(self, token_urlsafe(15), peer, link)
        self.sessions[session.id] = session
        self.traffic.connections[session.transport] += 1
        session.send(Encoded(b"0" + self._greeting(session)))
        self._to_ping.add(session)
        session.receiver = self._accept(session)
        return session

    def queues(self) -> tuple[int, int]:
        """How many messages wait for their clients: in all, and for one at the most."""
        waiting = [session.waiting for session in self.sessions.values()]
        return sum(waiting), max(waiting, default=0)

    def _greeting(self, session: Session) -> bytes:
        return orjson.dumps(
            {
                "sid": session.id,
                "upgrades": ["websocket"] if session.link is None else [],
                "pingInterval": round(self.settings.ping_interval * 1000),
                "pingTimeout": round(self.settings.ping_timeout * 1000),
                "maxPayload": self.settings.max_payload,
            }
        )

    def find(self, session_id: str) -> Session | None:
        session = self.sessions.get(session_id)
        if session is not None:
            self._to_pong.expire_if_due(session)
        return self.sessions.get(session_id)

    def offer(self, session: Session, probe: Link) -> bool:
        if not session.offer(probe):
            return False
        self._probing.add(session)
        return True

    def upgraded(self, session: Session) -> None:
        self._probing.discard(session)
        self.traffic.connections["polling"] -= 1
        self.traffic.connections["websocket"] += 1

    def flush_soon(self, session: Session) -> None:
        if not self._unflushed:
            asyncio.get_running_loop().call_soon(self._flush)
        self._unflushed.append(session)

    def _flush(self) -> None:
        sessions, self._unflushed = self._unflushed, []
        for session in sessions:
            session.flush()

    def beat(self, session: Session) -> None:
        """The client answered our ping."""
        self._to_pong.discard(session)
        self._to_ping.add(session)

    def _ping(self, session: Session) -> None:
        self._to_pong.add(session)
        session.send(PING)

    def _expect_no_longer(self, session: Session) -> None:
        session.end(Reason.PING_TIMEOUT)

    def await_last_poll(self, session: Session) -> None:
        self._closing.add(session)

    def ended(self, session: Session, reason: Reason) -> None:
        for lane in (self._to_ping, self._to_pong, self._probing):
            lane.discard(session)
        self.traffic.connections[session.transport] -= 1
        self.traffic.closed[reason] += 1

    def forget(self, session: Session) -> None:
        session.state = State.CLOSED
        self._closing.discard(session)
        self.sessions.pop(session.id, None)
        self._notice_emptiness()

    def linger(self, link: Link) -> None:
        """A closing WebSocket gets the close timeout to say goodbye."""
        self._lingering.add(link)

    def gone(self, link: Link) -> None:
        self._lingering.discard(link)
        self._notice_emptiness()

    def _abort(self, link: Link) -> None:
        link.abort()
        self.gone(link)

    def _notice_emptiness(self) -> None:
        if not self.sessions and not len(self._lingering):
            self._empty.set()

    async def drain(self, deadline: float) -> None:
        """Take nobody in, tell everybody we are going away, and leave them `deadline` seconds to take what is queued.

        No Socket.IO DISCONNECT is sent: clients do not come back after one, and here they should, to another gateway.
        """
        self.draining = True
        for session in list(self.sessions.values()):
            session.close(Reason.GOING_AWAY)
        self._empty.clear()
        self._notice_emptiness()
        with suppress(TimeoutError):
            async with asyncio.timeout(deadline):
                await self._empty.wait()
        self._abandon()

    def _abandon(self) -> None:
        for session in list(self.sessions.values()):
            self.forget(session)
        self._lingering.expire_all()
        self.timer.stop()
