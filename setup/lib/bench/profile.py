"""Where the time of a verb goes: its functions, and its SQL statements with their number and seconds."""

import cProfile
import pstats
import sys
import time
from collections import Counter, defaultdict
from contextlib import contextmanager
from pathlib import Path

from odoo.sql_db import Cursor


def _asker() -> str:
    """The innermost line of the add-on that a statement comes from."""
    frame = sys._getframe(2)
    while frame and "/collection_ruler/" not in frame.f_code.co_filename:
        frame = frame.f_back
    return f"{Path(frame.f_code.co_filename).name}:{frame.f_lineno}" if frame else "Odoo"


class Profile:
    """Collects per verb, over all its calls; figures that are measured meanwhile are too high.

    :param folder: for a file ``<verb>.prof`` (cProfile) and ``<verb>.sql`` each; None: collects nothing
    """

    def __init__(self, folder: Path | None):
        self.folder = folder
        self.functions = defaultdict(cProfile.Profile)
        self.statements = defaultdict(Counter)
        self.seconds = defaultdict(Counter)

    @contextmanager
    def of(self, verb: str):
        """Collect during a block; blocks do not contain others."""
        if not self.folder:
            yield
            return
        execute, statements, seconds = Cursor.execute, self.statements[verb], self.seconds[verb]

        def counted(cursor, query, *arguments, **options):
            text = " ".join(str(getattr(query, "code", query)).split())
            key = f"{_asker():32} {text[:200]}"
            statements[key] += 1
            started = time.perf_counter()
            try:
                return execute(cursor, query, *arguments, **options)
            finally:
                seconds[key] += time.perf_counter() - started

        Cursor.execute = counted
        self.functions[verb].enable()
        try:
            yield
        finally:
            self.functions[verb].disable()
            Cursor.execute = execute

    def write(self) -> None:
        """Write the files."""
        if not self.folder:
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        for verb, profile in self.functions.items():
            pstats.Stats(profile).dump_stats(self.folder / f"{verb}.prof")
            lines = [
                f"{spent:8.2f} s {self.statements[verb][text]:7} {text}"
                for text, spent in self.seconds[verb].most_common()
            ]
            (self.folder / f"{verb}.sql").write_text("\n".join(lines) + "\n", encoding="utf-8")
