"""What shuts a process in: from `confine` on it reads the system, writes in one folder, and reaches nothing else."""

import ctypes
import math
import os
import resource
import struct
import sys
from collections.abc import Iterable
from pathlib import Path

# linux/landlock.h
CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
ABI_VERSION, PATH_BENEATH = 1, 1
EXECUTE, WRITE_FILE, READ_FILE, READ_DIR, REMOVE_DIR, REMOVE_FILE = (1 << bit for bit in range(6))
MAKE_DIR, MAKE_REG = 1 << 7, 1 << 8
REFER, SHRINK, DEVICE_CONTROL = 1 << 13, 1 << 14, 1 << 15
OF_FILES = EXECUTE | WRITE_FILE | READ_FILE | SHRINK | DEVICE_CONTROL
READ = READ_FILE | READ_DIR
# No links, pipes and sockets: whoever looks into the folder afterwards must find files and folders.
WRITE = READ | WRITE_FILE | REMOVE_DIR | REMOVE_FILE | MAKE_DIR | MAKE_REG | REFER | SHRINK
ACCESS_BY_ABI = (0, (1 << 13) - 1, (1 << 14) - 1, (1 << 15) - 1, (1 << 15) - 1, (1 << 16) - 1)
NETWORK_BY_ABI = (0, 0, 0, 0, 0b11)
SCOPES_BY_ABI = (0, 0, 0, 0, 0, 0, 0b11)
# linux/prctl.h, linux/seccomp.h, linux/capability.h
SET_DEATH_SIGNAL, SET_SECCOMP, SET_NO_NEW_PRIVILEGES, MODE_FILTER = 1, 22, 38, 2
CAPABILITIES_VERSION = 0x20080522
KILL = 9

SYSTEM = (
    "/usr", "/lib", "/lib64", "/etc/ld.so.cache", "/etc/localtime", "/etc/fonts", "/etc/libreoffice", "/etc/magic",
    "/etc/mime.types", "/var/cache/fontconfig", "/var/spool/libreoffice", "/dev/urandom", "/dev/random",
    "/dev/zero",
)  # fmt: skip
PROGRAMS = ("/usr", "/lib", "/lib64")

_libc = ctypes.CDLL(None, use_errno=True)
_libc.prctl.argtypes = (ctypes.c_int, *(ctypes.c_ulong,) * 4)
_libc.syscall.restype = ctypes.c_long


def landlock_version() -> int:
    """How much of Landlock the kernel knows; 0 where it is not there or not switched on."""
    return max(0, _call(CREATE_RULESET, None, 0, ABI_VERSION))


def die_with(parent: int) -> None:
    """End when the parent does, also if that is already so."""
    _checked(_libc.prctl(SET_DEATH_SIGNAL, KILL, 0, 0, 0))
    if os.getppid() != parent:
        os._exit(1)


def confine(folder: Path, reads: Iterable[str], program: str | None, limits: dict[str, int], calls: bytes) -> None:
    """Shut this process in, for good. `calls` is the filter of system calls; `program` is what it will become."""
    if len(os.listdir("/proc/self/task")) != 1:
        raise RuntimeError("threads that are already there would not be confined")
    _limit(limits)
    _checked(_libc.prctl(SET_NO_NEW_PRIVILEGES, 1, 0, 0, 0))
    _restrict_files(folder, reads, program)
    _drop_capabilities()
    _filter_calls(calls)


def python_folders() -> list[str]:
    """Where the interpreter and its packages are."""
    return [sys.prefix, sys.base_prefix, *(place for place in sys.path if os.path.isdir(place))]


def _limit(limits: dict[str, int]) -> None:
    for name, most in limits.items():
        if name != "RLIMIT_CPU":
            resource.setrlimit(getattr(resource, name), (most, most))
    used = resource.getrusage(resource.RUSAGE_SELF)
    cpu = limits["RLIMIT_CPU"] + math.ceil(used.ru_utime + used.ru_stime)
    # At the second the signal says that it was the processor's time; a second later there is no choice.
    resource.setrlimit(resource.RLIMIT_CPU, (cpu, cpu + 1))


def _restrict_files(folder: Path, reads: Iterable[str], program: str | None) -> None:
    version = landlock_version()
    if version < 1:
        raise RuntimeError("this kernel has no Landlock")
    handled = _of(ACCESS_BY_ABI, version)
    attributes = struct.pack("=QQQ", handled, _of(NETWORK_BY_ABI, version), _of(SCOPES_BY_ABI, version))
    known = 8 if version < 4 else 16 if version < 6 else 24
    rules = _checked(_call(CREATE_RULESET, attributes, known, 0))
    for place in SYSTEM:
        _allow(rules, place, READ & handled)
    for place in reads:
        _allow(rules, place, READ & handled)
    _allow(rules, "/dev/null", (READ_FILE | WRITE_FILE) & handled)
    _allow(rules, str(folder), WRITE & handled)
    if program is not None:
        for place in (*PROGRAMS, program):
            _allow(rules, place, (READ | EXECUTE) & handled)
    _checked(_call(RESTRICT_SELF, rules, 0))
    os.close(rules)


def _allow(rules: int, place: str, access: int) -> None:
    try:
        beneath = os.open(place, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        if not os.path.isdir(place):
            access &= OF_FILES
        rule = struct.pack("=Qi", access, beneath)
        _checked(_call(ADD_RULE, rules, PATH_BENEATH, rule, 0))
    finally:
        os.close(beneath)


def _drop_capabilities() -> None:
    header, none = struct.pack("=Ii", CAPABILITIES_VERSION, 0), bytes(24)
    _checked(_libc.capset(header, none))


def _filter_calls(calls: bytes) -> None:
    held = ctypes.create_string_buffer(calls, len(calls))
    program = ctypes.create_string_buffer(struct.pack("@HP", len(calls) // 8, ctypes.addressof(held)))
    _checked(_libc.prctl(SET_SECCOMP, MODE_FILTER, ctypes.addressof(program), 0, 0))


def _call(number: int, *arguments: int | bytes | None) -> int:
    passed = (ctypes.c_long(each) if isinstance(each, int) else each for each in arguments)
    return int(_libc.syscall(ctypes.c_long(number), *passed))


def _of(by_version: tuple[int, ...], version: int) -> int:
    return by_version[min(version, len(by_version) - 1)]


def _checked(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result
