"""Programs and libraries that services need for foreign documents and recordings, in confinement."""

import shutil
from ctypes.util import find_library
from pathlib import Path

from localstack.part import Need

FONTS = Path("/usr/share/fonts")


def _office(library: str) -> str | None:
    """The part of LibreOffice that knows one kind of document is a library beside its program."""
    soffice = shutil.which("soffice")
    path = Path(soffice).resolve().parent / library if soffice else None
    return str(path) if path and path.exists() else None


def _font(pattern: str) -> str | None:
    return next((str(path) for path in FONTS.rglob(pattern)), None)


NEEDS = (
    Need("ffmpeg", "ffmpeg"),
    Need("soffice", "libreoffice-core-nogui"),
    Need("libswlo.so", "libreoffice-writer-nogui", _office),
    Need("libsclo.so", "libreoffice-calc-nogui", _office),
    Need("libsdlo.so", "libreoffice-impress-nogui", _office),
    Need("seccomp", "libseccomp2", find_library),
    Need("magic", "libmagic1", find_library),
    Need("NanumGothic*", "fonts-nanum", _font),
    Need("DejaVuSans*", "fonts-dejavu-core", _font),
)
