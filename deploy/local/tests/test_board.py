"""Progress is readable on a terminal and in a file."""

import io

from localstack.board import Board


class Terminal(io.StringIO):
    """A screen that can move its cursor."""

    def isatty(self) -> bool:
        return True


def test_in_a_file_each_step_is_a_line() -> None:
    screen = io.StringIO()
    board = Board(screen)
    board.begin("kafka", "starting Kafka")
    board.done("kafka", "Kafka on port 1")
    assert [line.split()[:2] for line in screen.getvalue().splitlines()] == [["..", "kafka"], ["ok", "kafka"]]
    assert "\x1b" not in screen.getvalue()


def test_on_a_terminal_lines_are_redrawn_in_place() -> None:
    screen = Terminal()
    board = Board(screen)
    board.begin("kafka", "starting Kafka")
    board.begin("redis", "starting Redis")
    board.done("kafka", "Kafka on port 1")
    last = screen.getvalue().rpartition("\x1b[J")[2].splitlines()
    assert len(last) == 2
    assert "Kafka on port 1" in last[0]


def test_a_message_stays_above_lines_that_still_change() -> None:
    screen = Terminal()
    board = Board(screen)
    board.begin("kafka", "starting Kafka")
    board.say("redis is back")
    assert screen.getvalue().rpartition("\x1b[J")[2].startswith("redis is back\n")


def test_settled_lines_are_never_touched_again() -> None:
    screen = Terminal()
    board = Board(screen)
    board.done("kafka", "Kafka on port 1")
    board.settle()
    before = len(screen.getvalue())
    board.say("later")
    assert screen.getvalue()[before:] == "later\n"
