"""Progress on screen: a line per thing with its time, redrawn in place on a terminal and plain elsewhere."""

import sys
from dataclasses import dataclass, field
from time import monotonic
from typing import TextIO


@dataclass(slots=True)
class Row:
    """One thing that is being brought up."""

    what: str
    began: float
    ended: float | None = None

    def text(self, name: str) -> str:
        took = (self.ended or monotonic()) - self.began
        mark = "ok" if self.ended else ".."
        return f"  {mark}  {name:<12}{took:6.1f} s  {self.what}"


@dataclass(slots=True)
class Board:
    """The lines shown while the stack starts; afterwards only messages."""

    out: TextIO = field(default_factory=lambda: sys.stderr)
    rows: dict[str, Row] = field(default_factory=dict)
    drawn: int = 0

    @property
    def live(self) -> bool:
        return self.out.isatty()

    def begin(self, name: str, what: str) -> None:
        """Show that work on a thing goes on; again to say what it does now."""
        row = self.rows.setdefault(name, Row(what, monotonic()))
        row.what, row.ended = what, None
        self.redraw() if self.live else self._write(f"  ..  {name:<12}{'':8}  {what}")

    def done(self, name: str, what: str) -> None:
        row = self.rows.setdefault(name, Row(what, monotonic()))
        row.what, row.ended = what, monotonic()
        self.redraw() if self.live else self._write(row.text(name))

    def say(self, message: str) -> None:
        """A line that stays."""
        self._clear()
        self._write(message)
        self.redraw()

    def settle(self) -> None:
        """Leave the lines as they are; what follows stands below them."""
        self.redraw()
        self.rows, self.drawn = {}, 0

    def redraw(self) -> None:
        if not self.live:
            return
        self._clear()
        for name, row in self.rows.items():
            self._write(row.text(name))
        self.drawn = len(self.rows)

    def _clear(self) -> None:
        if self.live and self.drawn:
            self.out.write(f"\x1b[{self.drawn}F\x1b[J")
        self.drawn = 0

    def _write(self, line: str) -> None:
        self.out.write(line + "\n")
        self.out.flush()
