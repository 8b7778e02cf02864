"""Where the time of a verb goes: its functions, and its SQL statements with their number."""

import cProfile
import pstats
import sys
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

    @contextmanager
    def of(self, verb: str):
        """Collect during a block; blocks do not contain others."""
        if not self.folder:
            yield
            return
        execute, statements = Cursor.execute, self.statements[verb]

        def counted(cursor, query, *arguments, **options):
            text = " ".join(str(getattr(query, "code", query)).split())
            statements[f"{_asker():32} {text[:200]}"] += 1
            return execute(cursor, query, *arguments, **options)

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
            lines = [f"{n:7} {text}" for text, n in self.statements[verb].most_common()]
            (self.folder / f"{verb}.sql").write_text("\n".join(lines) + "\n", encoding="utf-8")
