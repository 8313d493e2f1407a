"""The launcher's command line."""

import argparse
import asyncio
import os
import sys

from localstack import commands
from localstack.board import Board
from localstack.packages import Missing
from localstack.parts import NAMES, OTHER_STORE
from localstack.places import InUse
from localstack.processes import StepFailed
from localstack.settings import BadSetting, Settings

EXPECTED = (Missing, InUse, StepFailed, BadSetting, PermissionError)
PARTS = (*NAMES, OTHER_STORE)


def arguments(argv: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m localstack", description="The native Nexus stack.")
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("run", help="start everything, until Ctrl-C")
    parts = verbs.add_parser("parts", help="start parts only, until standard input closes; prints their URLs as JSON")
    parts.add_argument("--only", type=names, default=NAMES, help=f"some of {','.join(PARTS)}")
    parts.add_argument("--free-ports", action="store_true", help="not the usual ports")
    install = verbs.add_parser("install", help="install system packages, fetch and build the parts")
    install.add_argument("--with-browser", action="store_true", help="Chromium too, for the journeys")
    verbs.add_parser("status", help="what runs, as JSON")
    verbs.add_parser("clean", help="remove everything the stack has stored")
    return parser.parse_args(argv)


def names(text: str) -> tuple[str, ...]:
    chosen = tuple(text.split(","))
    if unknown := set(chosen) - set(PARTS):
        raise argparse.ArgumentTypeError(f"unknown part {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    return chosen


def main() -> int:
    """Run a verb; whatever is expected to go wrong is said in plain words."""
    asked = arguments()
    board = Board()
    try:
        return asyncio.run(commands.VERBS[asked.verb](Settings.read(os.environ), board, asked))
    except Exception as problem:
        board.settle()
        if not isinstance(known := first_of(problem), EXPECTED):
            raise
        board.say(f"\n{known}")
        return 2 if isinstance(known, Missing) else 1


def first_of(problem: BaseException) -> BaseException:
    """The cause inside the groups that task groups wrap it in."""
    while isinstance(problem, BaseExceptionGroup):
        problem = problem.exceptions[0]
    return problem


if __name__ == "__main__":
    sys.exit(main())
