"""A clock that other processes believe: PostgreSQL and Odoo see the time that is set here."""

import mmap
import os
import shutil
import struct
from datetime import UTC, datetime, timedelta
from pathlib import Path

from provision import debian_archive, paths
from provision.progress import SetupError, run, step

SOURCE = Path(__file__).with_name("clockshift.c")
LIBRARY = paths.HOME / "lib" / "clockshift.so"


class Clock:
    """A wall clock that can be set; between settings it runs at its normal pace.

    :param file: holds the shift; every process started with `env()` follows it at once
    """

    def __init__(self, file: Path):
        build_library()
        self.file = file
        file.parent.mkdir(parents=True, exist_ok=True)
        if not file.exists() or file.stat().st_size != 8:
            file.write_bytes(bytes(8))
        with open(file, "r+b") as handle:
            self._map = mmap.mmap(handle.fileno(), 8)

    @property
    def shift(self) -> timedelta:
        """How far this clock is ahead of the machine's; negative when it is behind."""
        return timedelta(microseconds=struct.unpack("=q", self._map[:])[0] // 1000)

    @shift.setter
    def shift(self, shift: timedelta) -> None:
        self._map[:] = struct.pack("=q", shift // timedelta(microseconds=1) * 1000)

    def now(self) -> datetime:
        """Return the simulated time, in UTC."""
        return datetime.now(UTC) + self.shift

    def set(self, moment: datetime) -> None:
        """Set the clock to an aware moment."""
        self.shift = moment - datetime.now(UTC)

    def advance(self, delta: timedelta) -> None:
        """Set the clock forward."""
        self.shift += delta

    def reset(self) -> None:
        """Show the machine's own time."""
        self.shift = timedelta()

    def env(self) -> dict[str, str]:
        """Return the environment variables with which a process follows this clock."""
        return {"LD_PRELOAD": str(LIBRARY), "CLOCKSHIFT_FILE": str(self.file)}

    def close(self) -> None:
        self._map.close()


def build_library() -> None:
    """Build the library, with the machine's compiler or with a small one that is only unpacked."""
    marker = paths.Marker("clockshift", SOURCE)
    if marker.is_set() and LIBRARY.exists():
        return
    with step("Library that shifts the clock"), paths.exclusive():
        LIBRARY.parent.mkdir(parents=True, exist_ok=True)
        unfinished = LIBRARY.with_suffix(f".{os.getpid()}")
        run([*_compiler(), "-o", unfinished, SOURCE], "the clock's library cannot be built")
        unfinished.rename(LIBRARY)
        marker.set()


def _compiler() -> list:
    for name in ("cc", "gcc", "clang"):
        if shutil.which(name):
            return [name, "-shared", "-fPIC", "-O2", "-fno-builtin"]
    root = paths.HOME / "tcc"
    if not root.exists():
        try:
            _unpack_tcc(root)
        except SetupError as error:
            raise SetupError(
                f"{error}; a C compiler is needed: sudo apt-get install gcc"
            ) from error
    library_folder = next(root.glob("usr/lib/*/tcc"))
    flags = ["-nostdlib", "-nostdinc", "-shared"]
    return [root / "usr/bin/tcc", f"-B{library_folder}", *flags]


def _unpack_tcc(root: Path) -> None:
    work = root.with_name("tcc.unfinished")
    shutil.rmtree(work, ignore_errors=True)
    for archive in debian_archive.download(work / "download", release=["tcc"]):
        debian_archive.unpack(archive, work / "root")
    (work / "root").rename(root)
    shutil.rmtree(work)
