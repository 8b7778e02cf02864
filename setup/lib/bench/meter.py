"""Wall clock, processor time, SQL queries and memory of this process."""

import ctypes
import gc
import resource
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from odoo import sql_db

MEGABYTE = 1024  # kB, as /proc counts


@dataclass
class Figures:
    """What something cost; figures of several calls can be added.

    :param peak_mb: the highest memory over that of the loaded registry
    """

    wall_s: float = 0.0
    cpu_s: float = 0.0
    queries: int = 0
    peak_mb: float = 0.0

    def __add__(self, other: "Figures") -> "Figures":
        return Figures(
            self.wall_s + other.wall_s,
            self.cpu_s + other.cpu_s,
            self.queries + other.queries,
            max(self.peak_mb, other.peak_mb),
        )

    def rounded(self) -> dict:
        return {
            "wall_s": round(self.wall_s, 4),
            "cpu_s": round(self.cpu_s, 4),
            "queries": self.queries,
            "peak_mb": round(self.peak_mb, 1),
        }


class Meter:
    """Measures blocks of code; its first block is the loading of the registry.

    Memory is counted over what was resident after that first block; for the first block itself it
    is the whole. What others left behind, like the rows of a floor, is given back before.
    """

    def __init__(self):
        self.base_mb = 0.0

    @contextmanager
    def measure(self):
        """Measure a block; the figures are filled in at its end. Blocks do not contain others."""
        figures = Figures()
        gc.collect()
        ctypes.CDLL(None).malloc_trim(0)
        Path("/proc/self/clear_refs").write_text("5")  # the peak starts anew from here
        queries, cpu, wall = sql_db.sql_counter, _cpu(), time.perf_counter()
        try:
            yield figures
        finally:
            figures.wall_s = time.perf_counter() - wall
            figures.cpu_s = _cpu() - cpu
            figures.queries = sql_db.sql_counter - queries
            figures.peak_mb = _memory("VmHWM") - self.base_mb
            if not self.base_mb:
                self.base_mb = _memory("VmRSS")


def _cpu() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def _memory(name: str) -> float:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) / MEGABYTE
    raise LookupError(name)
