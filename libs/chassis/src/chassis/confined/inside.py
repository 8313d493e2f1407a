"""The confined process itself: waits for one request, shuts itself in, does it, says what came of it, and ends.

It is started as `python -I -c "from chassis.confined.inside import main; main()" PARENT MODULE…` and may wait as a
spare with these modules imported. The request is one JSON object on its standard input; its standard output carries
lines of JSON: `{"progress": 0.4}` any number of times, then `{"answer": …}` or `{"failed": reason, "sentence": …}`.
"""

import base64
import errno
import importlib
import json
import os
import signal
import sys
import traceback
from pathlib import Path
from typing import Any, NoReturn

from chassis.confined import fence

_answers = -1
_told = 0.0


class Refused(Exception):
    """What a task raises when it will not have its input; its words are for the person whose input it is."""


def progress(part: float) -> None:
    """Tell how much is done, 0 to 1; steps below a hundredth are left out."""
    global _told  # noqa: PLW0603 - a process does one task
    if part - _told >= 0.01:
        _told = part
        _say({"progress": round(min(part, 1.0), 3)})


def main() -> None:
    parent, *modules = sys.argv[1:]
    fence.die_with(int(parent))
    for module in modules:
        importlib.import_module(module)
    line = sys.stdin.buffer.readline()
    if line:
        _serve(json.loads(line))


def _serve(request: dict[str, Any]) -> None:
    global _answers  # noqa: PLW0603 - a process does one task
    folder = Path(request["folder"])
    os.chdir(folder)
    os.environ.update(request["environment"])
    if request["program"] is not None:
        _become(request, folder)
    # What libraries print is not the answer.
    _answers = os.dup(1)
    os.dup2(2, 1)
    _close_all_but(_answers)
    module, _, name = request["task"].partition(":")
    function = getattr(importlib.import_module(module), name)
    reads = [*fence.python_folders(), *request["reads"]]
    fence.confine(folder, reads, None, request["limits"], base64.b64decode(request["calls"]))
    _say(_outcome(lambda: function(folder, **request["arguments"])))
    os._exit(0)  # no thread of a library holds up the end


def _become(request: dict[str, Any], folder: Path) -> NoReturn:
    _close_all_but()
    for number in (signal.SIGPIPE, signal.SIGXFSZ):
        signal.signal(number, signal.SIG_DFL)
    program, *_ = argv = request["program"]
    fence.confine(folder, request["reads"], program, request["limits"], base64.b64decode(request["calls"]))
    os.execve(program, argv, dict(os.environ))  # noqa: S606 - the program is named by the service


def _close_all_but(*kept: int) -> None:
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    for number in map(int, os.listdir("/proc/self/fd")):
        if number > 2 and number not in kept:
            try:
                os.close(number)
            except OSError:
                continue  # the listing's own


def _outcome(work: Any) -> dict[str, Any]:
    try:
        return {"answer": work()}
    except Refused as refusal:
        return {"failed": "refused", "sentence": str(refusal)}
    except MemoryError:
        return {"failed": "memory"}
    except Exception as error:
        if isinstance(error, OSError) and error.errno == errno.EFBIG:
            return {"failed": "output"}
        traceback.print_exc()
        return {"failed": "crashed"}


def _say(line: dict[str, Any]) -> None:
    left = memoryview(json.dumps(line).encode() + b"\n")
    while left:
        left = left[os.write(_answers, left) :]
