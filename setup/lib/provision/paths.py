"""Where things are, and how one knows that they are finished."""

import fcntl
import hashlib
import sys
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
HOME = ROOT / ".odoo"
SETUP = ROOT / "setup"
LIB = SETUP / "lib"


def digest(*parts: object) -> str:
    """Return a short hash of the parts; the `Path` of a file stands for its content."""
    state = hashlib.sha256()
    for part in parts:
        content = (
            part.read_bytes() if isinstance(part, Path) and part.is_file() else str(part).encode()
        )
        state.update(b"%d:" % len(content) + content)
    return state.hexdigest()[:16]


class Marker:
    """Remembers that a step was done, and with which inputs."""

    def __init__(self, name: str, *inputs: object):
        self.path = HOME / "done" / name
        self.key = digest(*inputs)

    def is_set(self) -> bool:
        return self.path.is_file() and self.path.read_text() == self.key

    def clear(self) -> None:
        self.path.unlink(missing_ok=True)

    def set(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_text(self.key)


@contextmanager
def exclusive():
    """Hold the project's lock: two commands at once must not provision over each other."""
    HOME.mkdir(exist_ok=True)
    with open(HOME / "lock", "w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("waiting for another command that provisions …", file=sys.stderr, flush=True)
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def addons() -> list[Path]:
    """Return the folders of the project's add-ons, sorted by name."""
    return sorted(path.parent for path in ROOT.glob("*/__manifest__.py"))
