"""Office documents as PDFs, by LibreOffice itself as a library: it asks for no display, no socket and no other process.

It is a confined task of its own: a fresh profile without macros, links that are not followed, no network.
"""

import ctypes
import os
from pathlib import Path
from typing import Any

from chassis.confined.inside import Refused

PROGRAM = Path(os.environ.get("NEXUS_LIBREOFFICE", "/usr/lib/libreoffice/program"))
# What is wrong with a document is told by no more than that.
UNREADABLE = "LibreOffice cannot read this document."
LOCKED = "This document is locked with a password."
# Calc's window 26100 is its formula bar: as a library it wants that even without a display, but Debian's packages
# without windows have no form for it, and then no spreadsheet opens.
PROFILE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema"
 xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="DisableMacrosExecution"
 oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="MacroSecurityLevel"
 oor:op="fuse"><value>3</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="BlockUntrustedRefererLinks"
 oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="DisableActiveContent"
 oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Views/Windows"><node oor:name="scalc/26100"
 oor:op="replace"><prop oor:name="Visible" oor:op="fuse"><value>false</value></prop></node></item>
<item oor:path="/org.openoffice.Office.Calc/Content/Update"><prop oor:name="Link"
 oor:op="fuse"><value>2</value></prop></item>
<item oor:path="/org.openoffice.Office.Writer/Content/Update"><prop oor:name="Link"
 oor:op="fuse"><value>0</value></prop></item>
</oor:items>
"""
# LibreOfficeKit.h: each object is a pointer to its table of functions, which begins with the table's size.
_Load = ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p, ctypes.c_char_p, ctypes.c_char_p)
_Error = ctypes.CFUNCTYPE(ctypes.c_char_p, ctypes.c_void_p)
_Save = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_char_p)
# The first is what Debian builds, the second what others do.
LIBRARIES = ("libmergedlo.so", "libsofficeapp.so")
GET_ERROR, LOAD_WITH_OPTIONS = 3, 4
SAVE_AS = 2


def is_installed() -> bool:
    return any((PROGRAM / name).is_file() for name in LIBRARIES)


def to_pdf(folder: Path, *, suffix: str) -> dict[str, Any]:
    """`input` as `output.pdf`; the suffix says which of the readers is meant."""
    profile = folder / "profile" / "user"
    profile.mkdir(parents=True)
    (profile / "registrymodifications.xcu").write_text(PROFILE)
    document = folder / f"document{suffix}"
    (folder / "input").rename(document)
    kit = _kit(f"file://{folder}/profile")
    loaded = _function(kit, LOAD_WITH_OPTIONS, _Load)(kit, f"file://{document}".encode(), b"Batch=true")
    if not loaded:
        said = (_function(kit, GET_ERROR, _Error)(kit) or b"").decode(errors="replace")
        raise Refused(LOCKED if "password" in said.lower() else UNREADABLE)
    if not _function(loaded, SAVE_AS, _Save)(loaded, f"file://{folder}/output.pdf".encode(), b"pdf", None):
        raise Refused(UNREADABLE)
    return {"size": (folder / "output.pdf").stat().st_size}


def _kit(profile: str) -> int:
    os.environ["SAL_LOK_OPTIONS"] = "unipoll_off"
    place = next(PROGRAM / name for name in LIBRARIES if (PROGRAM / name).is_file())
    hook = ctypes.CDLL(str(place), mode=ctypes.RTLD_GLOBAL).libreofficekit_hook_2
    hook.restype, hook.argtypes = ctypes.c_void_p, (ctypes.c_char_p, ctypes.c_char_p)
    kit = hook(str(PROGRAM).encode(), profile.encode())
    if not kit:
        raise RuntimeError("LibreOffice does not start")
    return int(kit)


def _function(thing: int, number: int, kind: Any) -> Any:
    """The function that stands at a place in the table of an object."""
    table = ctypes.cast(thing, ctypes.POINTER(ctypes.c_void_p))[0]
    functions = ctypes.cast(table, ctypes.POINTER(ctypes.c_void_p))
    return kind(functions[number])
