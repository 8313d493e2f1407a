"""The system calls that a confined process is denied, as a program for the kernel."""

import errno
import tempfile
from types import ModuleType
from typing import Any

from chassis.confined.limits import CannotConfine

CLONE_THREAD = 0x00010000
PR_SET_PDEATHSIG = 1
ACCESS_MODE, READ_ONLY, TRUNCATE = 0o3, 0o0, 0o1000

# Whoever cannot make a socket has no use for the other calls of a network.
NETWORK = ("socket", "socketpair", "connect", "bind", "listen", "accept", "accept4", "sendto", "sendmsg", "sendmmsg")
PROCESSES = (
    "fork", "vfork", "setsid", "setpgid", "unshare", "setns", "ptrace", "process_vm_readv", "process_vm_writev",
    "process_madvise", "process_mrelease", "pidfd_open", "pidfd_getfd", "kcmp", "sched_setaffinity",
    "sched_setscheduler", "sched_setattr", "setpriority", "ioprio_set", "personality",
    "kill", "tkill", "tgkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo", "pidfd_send_signal",
)  # fmt: skip
KERNEL = (
    "mount", "umount2", "move_mount", "open_tree", "open_tree_attr", "fsopen", "fsconfig", "fsmount", "fspick",
    "mount_setattr", "pivot_root", "chroot", "bpf", "perf_event_open", "io_uring_setup", "io_uring_enter",
    "io_uring_register", "keyctl", "add_key", "request_key", "userfaultfd", "kexec_load", "kexec_file_load",
    "init_module", "finit_module", "delete_module", "reboot", "swapon", "swapoff", "acct", "settimeofday",
    "clock_settime", "clock_adjtime", "adjtimex", "sethostname", "setdomainname", "syslog", "quotactl", "quotactl_fd",
    "iopl", "ioperm", "modify_ldt", "vhangup", "fanotify_init", "name_to_handle_at",
    "open_by_handle_at", "lookup_dcookie",
)  # fmt: skip
# What outlives the process or escapes its limit of memory.
OUTLIVING = (
    "shmget", "shmat", "shmctl", "msgget", "msgsnd", "semget", "semop", "mq_open", "memfd_create", "memfd_secret",
)  # fmt: skip
# What Landlock does not look at: names of files are enough to do these.
ATTRIBUTES = (
    "truncate", "chmod", "fchmod", "fchmodat", "fchmodat2", "chown", "fchown", "lchown", "fchownat", "setxattr",
    "lsetxattr", "fsetxattr", "setxattrat", "removexattr", "lremovexattr", "fremovexattr", "removexattrat", "utime",
    "utimes", "utimensat", "futimesat", "mknod", "mknodat", "symlink", "symlinkat", "file_setattr",
)  # fmt: skip
DENIED = NETWORK + PROCESSES + KERNEL + OUTLIVING + ATTRIBUTES
# Libraries ask for these and go on without: as if the kernel were too old to know them.
UNKNOWN = ("clone3", "openat2")
EXECUTION = ("execve", "execveat")
# Younger than the library may be; such calls have the same number on every processor.
YOUNG = {"fchmodat2": 452, "setxattrat": 463, "removexattrat": 466, "open_tree_attr": 467, "file_setattr": 469}
UNRESOLVED = -1


def compiled(may_execute: bool) -> bytes:
    """The filter as the kernel takes it; with `may_execute` the process can become another program."""
    seccomp = _library()
    calls = seccomp.SyscallFilter(seccomp.ALLOW)
    refusal = seccomp.ERRNO(errno.EPERM)
    for name in DENIED if may_execute else DENIED + EXECUTION:
        _add(seccomp, calls, refusal, name)
    for name in UNKNOWN:
        _add(seccomp, calls, seccomp.ERRNO(errno.ENOSYS), name)
    # Threads are made, processes are not; and who is to die with its parent stays so.
    _add(seccomp, calls, refusal, "clone", seccomp.Arg(0, seccomp.MASKED_EQ, CLONE_THREAD, 0))
    _add(seccomp, calls, refusal, "prctl", seccomp.Arg(0, seccomp.EQ, PR_SET_PDEATHSIG))
    _add(seccomp, calls, refusal, "prlimit64", seccomp.Arg(0, seccomp.NE, 0))
    # Kernels before 6.2 let Landlock's readers empty files.
    emptied = TRUNCATE | ACCESS_MODE, TRUNCATE | READ_ONLY
    _add(seccomp, calls, refusal, "open", seccomp.Arg(1, seccomp.MASKED_EQ, *emptied))
    _add(seccomp, calls, refusal, "openat", seccomp.Arg(2, seccomp.MASKED_EQ, *emptied))
    with tempfile.TemporaryFile() as file:
        calls.export_bpf(file)
        file.seek(0)
        return file.read()


def _library() -> ModuleType:
    try:
        import pyseccomp  # noqa: PLC0415 - it fails to import where the system lacks the library
    except (RuntimeError, OSError, ImportError) as error:
        raise CannotConfine(f"libseccomp is not here (Debian: libseccomp2): {error}") from None
    return pyseccomp  # type: ignore[no-any-return]


def _add(seccomp: ModuleType, calls: Any, action: int, name: str, *where: object) -> None:
    number = seccomp.resolve_syscall(seccomp.Arch.NATIVE, name)
    if number == UNRESOLVED:
        number = YOUNG.get(name, UNRESOLVED)
    if number >= 0:  # below are calls of other processors
        calls.add_rule(action, number, *where)
