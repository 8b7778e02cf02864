"""Where the time of a verb goes: its functions, and its SQL statements with their number."""

import cProfile
import pstats
from collections import Counter, defaultdict
from contextlib import contextmanager
from pathlib import Path

from odoo.sql_db import Cursor


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
            statements[" ".join(str(getattr(query, "code", query)).split())[:200]] += 1
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
