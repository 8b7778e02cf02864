"""The figures as a table, and whether they reach the marks that the project has set itself."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

REFERENCE = 50_000  # open instalments, for which the marks in seconds are set

RUN_SECONDS = 30
RUN_TIMES_FLOOR = 15
QUERIES_PER_1000_MAILS = 85
QUERIES_PER_ACTIVITY = 1
MEMORY_MB = 80
EXPONENT = 1.05
EMPTY_SECONDS = 1
FORECAST_SECONDS = 4
FORECAST_MEMORY_TIMES = 1.3  # from the reference to a larger size: it does not grow with it
PROFILE_DEBTORS = 50_000
PROFILE_SECONDS = 15
GATEWAY_TIMES = 2
GATEWAY_MORE_QUERIES = 4

HEADER = ["size", "verb", "units", "wall_s", "ms/unit", "cpu_s", "queries", "queries/1000"]
HEADER += ["peak_mb", "floor_s", "times", "exponent"]


@dataclass(frozen=True)
class Mark:
    """A mark, and what was measured.

    :param met: None when it was not measured
    """

    name: str
    value: str
    wanted: str
    met: bool | None

    def __str__(self) -> str:
        word = {True: "met", False: "MISSED", None: "?"}[self.met]
        return f"  {word:7} {self.name}: {self.value} (at most {self.wanted})"


def table(lines: list[dict]) -> str:
    """All figures, with ratios, and the marks below."""
    rows = [HEADER, *(_row(line, _before(line, lines)) for line in lines)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADER))]
    text = [
        "  ".join(
            cell.ljust(width) if number == 1 else cell.rjust(width)
            for number, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    ]
    return "\n".join([*text, "", *_calls(lines), "Marks:", *map(str, marks(lines))])


def _calls(lines: list[dict]) -> Iterator[str]:
    """The scheduler interrupts long runs, and lets them wait when they say that they are through."""
    for line in lines:
        if line.get("calls", 1) > 1:
            text = f"The run at {line['size']} took {line['calls']} calls of the scheduler"
            yield f"{text}, with {line['pauses']} pauses of its interval in between.\n"


def marks(lines: list[dict]) -> list[Mark]:
    """What is to be reached, judged at the largest size that was measured."""
    sizes = sorted({line["size"] for line in lines})
    largest = {line["verb"]: line for line in lines if line["size"] == sizes[-1]}
    found = [*_run_marks(lines, sizes, largest), *_other_marks(largest, sizes[-1])]
    return [*found, *_growth_marks(lines, sizes, largest)]


def _run_marks(lines, sizes, largest) -> Iterator[Mark]:
    run, size = largest["run"], sizes[-1]
    at_reference = run["wall_s"] * REFERENCE / size
    how = _how(size)
    yield _mark(f"run up to the outbox at {REFERENCE}{how}", at_reference, RUN_SECONDS, " s")
    yield _mark("run over raw SQL", run["wall_s"] / run["floor_s"], RUN_TIMES_FLOOR, " times")
    yield _mark(
        "queries of the run per 1,000 e-mails",
        run["queries"] / run["units"] * 1000,
        QUERIES_PER_1000_MAILS,
    )
    if task := largest.get("activity"):
        yield _mark("queries per activity", task["queries"] / task["units"], QUERIES_PER_ACTIVITY)
    peak = max(line["peak_mb"] for verb, line in largest.items() if verb != "registry")
    yield _mark("memory over the loaded registry", peak, MEMORY_MB, " MB")
    first = next(line for line in lines if line["verb"] == "run" and line["size"] == sizes[0])
    name = f"exponent of the run from {sizes[0]} to {size}"
    if len(sizes) > 1:
        yield _mark(name, exponent(first, run), EXPONENT)
    else:
        yield Mark(name, "one size only", f"{EXPONENT}", None)


def _other_marks(largest, size) -> Iterator[Mark]:
    yield _mark("an empty run", largest["empty"]["wall_s"], EMPTY_SECONDS, " s")
    at_reference = largest["forecast"]["wall_s"] * REFERENCE / size
    name = f"the forecast of 30 days at {REFERENCE}{_how(size)}"
    yield _mark(name, at_reference, FORECAST_SECONDS, " s")
    profile = largest["profile"]
    at_mark = profile["wall_s"] * PROFILE_DEBTORS / profile["units"]
    name = f"payer profiles of {PROFILE_DEBTORS} customers (taken in proportion from {profile['units']})"
    yield _mark(name, at_mark, PROFILE_SECONDS, " s")
    gateway, stock = largest["gateway"], largest["stock"]
    times = gateway["wall_s"] / gateway["floor_s"]
    yield _mark("gateway over the stock queue", times, GATEWAY_TIMES, " times")
    more = gateway["queries"] / gateway["units"] - stock["queries"] / stock["units"]
    yield _mark("queries more per mail than the stock queue", more, GATEWAY_MORE_QUERIES)


def _growth_marks(lines, sizes, largest) -> Iterator[Mark]:
    """What grows, and what does not, from the reference (or the next size above it) to a larger size."""
    size = sizes[-1]
    if size <= REFERENCE:
        return
    names = "exponent of the run from {} to {}", "memory of the forecast from {} to {}"
    before = next((one for one in sizes[:-1] if one >= REFERENCE), None)
    if before is None:
        limits = f"{EXPONENT}", f"{FORECAST_MEMORY_TIMES} times"
        for name, limit in zip(names, limits, strict=True):
            yield Mark(name.format(REFERENCE, size), f"no size from {REFERENCE} on", limit, None)
        return
    smaller = {line["verb"]: line for line in lines if line["size"] == before}
    if before != sizes[0]:  # else the other exponent is this one
        grown = exponent(smaller["run"], largest["run"])
        yield _mark(names[0].format(before, size), grown, EXPONENT)
    times = largest["forecast"]["peak_mb"] / max(smaller["forecast"]["peak_mb"], 1)
    yield _mark(names[1].format(before, size), times, FORECAST_MEMORY_TIMES, " times")


def _how(size: int) -> str:
    """Whether a time at the reference size was measured."""
    return "" if size >= REFERENCE else f" (taken in proportion from {size})"


def exponent(small: dict, large: dict) -> float:
    """How the time grows with the size: 1 is in proportion, 2 quadratic."""
    return math.log(large["wall_s"] / small["wall_s"]) / math.log(large["size"] / small["size"])


def _mark(name: str, value: float, limit: float, unit: str = "") -> Mark:
    return Mark(name, f"{value:.4g}{unit}", f"{limit:g}{unit}", value <= limit)


def _before(line: dict, lines: list[dict]) -> dict | None:
    """The same verb at the next smaller size."""
    smaller = [o for o in lines if o["verb"] == line["verb"] and o["size"] < line["size"]]
    return max(smaller, key=lambda other: other["size"], default=None)


def _row(line: dict, before: dict | None) -> list[str]:
    units, floor = line["units"], line["floor_s"]
    per_unit = line["verb"] not in ("registry", "empty") and units
    return [
        f"{line['size']}",
        line["verb"],
        f"{units}",
        f"{line['wall_s']:.2f}",
        f"{line['wall_s'] / units * 1000:.2f}" if per_unit else "",
        f"{line['cpu_s']:.2f}",
        f"{line['queries']}",
        f"{line['queries'] / units * 1000:.0f}" if per_unit else "",
        f"{line['peak_mb']:.0f}",
        "" if floor is None else f"{floor:.3f}",
        f"{line['wall_s'] / floor:.1f}" if floor else "",
        f"{exponent(before, line):.2f}" if before and per_unit else "",
    ]
