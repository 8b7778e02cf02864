"""The benchmark end to end, small: it measures what it says, on data that the ORM agrees with."""

import json
import re

import pytest
from run_bench import Benchmark

from bench import marks
from provision import everything
from provision.progress import SetupError
from world import World

SIZE = 200
CUSTOMERS = SIZE // 5
FIELDS = {"size", "verb", "units", "wall_s", "cpu_s", "queries", "peak_mb", "floor_s"}
RUN_FIELDS = FIELDS | {"calls", "pauses"}
VERBS = ["registry", "activate", "enrol", "plan", "send", "run", "profile", "track", "empty"]
VERBS += ["forecast", "gateway", "stock", "activity"]

# Queries in all, whatever the number of customers in a batch: one more for each would be seen.
QUERIES = {"activate": 110, "enrol": 50, "plan": 65, "send": 105, "track": 130, "empty": 110}
QUERIES |= {"activity": 130, "profile": 60, "forecast": 50}


@pytest.fixture(scope="module")
def benchmark():
    with World("bench_test", everything.ensure()) as world:
        yield Benchmark(world, SIZE, pdfs=0)


@pytest.fixture(scope="module")
def lines(benchmark):
    return {line["verb"]: line for line in benchmark.run()}


def test_reports_each_verb_with_all_fields(lines):
    assert list(lines) == VERBS
    for verb, line in lines.items():
        assert set(line) == (RUN_FIELDS if verb == "run" else FIELDS)
        assert line["size"] == SIZE
        assert line["wall_s"] > 0
        assert line["queries"] > 0
        assert line["peak_mb"] >= 0
        assert (line["floor_s"] is None) == (verb == "registry")
    json.dumps(lines)


def test_nearly_each_customer_is_written_to(lines):
    units = {verb: line["units"] for verb, line in lines.items()}
    assert units["activate"] + units["enrol"] == SIZE
    late = units["enrol"] // 5
    assert units["plan"] == units["send"] == units["track"] == CUSTOMERS - late
    assert units["gateway"] == units["stock"] == units["send"]
    assert units["activity"] >= 4
    assert units["profile"] == CUSTOMERS


def test_the_run_is_the_sum_of_its_verbs(lines):
    parts = sum(lines[verb]["queries"] for verb in ("enrol", "plan", "send"))
    assert parts <= lines["run"]["queries"] <= parts + lines["track"]["queries"]


@pytest.mark.parametrize("verb", QUERIES)
def test_queries_do_not_grow_with_the_customers(lines, verb):
    assert lines[verb]["queries"] <= QUERIES[verb]


def test_the_gateway_asks_little_more_than_the_stock_queue(lines):
    more = lines["gateway"]["queries"] - lines["stock"]["queries"]
    assert more / lines["gateway"]["units"] <= marks.GATEWAY_MORE_QUERIES


def test_the_table_judges_all_marks(lines):
    table = marks.table(list(lines.values()))
    assert all(verb in table for verb in VERBS)
    assert len(marks.marks(list(lines.values()))) == 11


def test_a_wrong_copy_fails_loudly(benchmark, lines):
    database, databases = benchmark.database, benchmark.world.databases
    last = "SELECT max(id) FROM account_partial_reconcile"
    databases.query(
        f"UPDATE account_partial_reconcile SET amount = amount / 2 WHERE id = ({last})",
        database=database,
    )
    with pytest.raises(SetupError, match=r"account.move.* the ORM says"):
        benchmark.check()


def test_exponents():
    small, large = {"size": 10, "wall_s": 1.0}, {"size": 100, "wall_s": 100.0}
    assert marks.exponent(small, large) == pytest.approx(2)


class TestGrowth:
    """What a size above the reference is judged by, beside the marks of any size."""

    def grown(self, lines, *sizes, **larger):
        """Figures as of these sizes; everything takes in proportion but for what is named."""
        found = []
        for size in sizes:
            for verb, line in lines.items():
                times = size / SIZE * (1 if size == sizes[0] else larger.get(verb, 1))
                found.append({**line, "size": size, "wall_s": line["wall_s"] * times})
                found[-1]["peak_mb"] = 80 * (larger.get("memory", 1) if size == sizes[-1] else 1)
        return [mark for mark in marks.marks(found) if re.search(r" from \d+ to \d", mark.name)]

    def test_in_proportion_and_with_flat_memory(self, lines):
        found = self.grown(lines, 1000, 50_000, 200_000)
        assert [mark.name for mark in found] == [
            "exponent of the run from 1000 to 200000",
            "exponent of the run from 50000 to 200000",
            "memory of the forecast from 50000 to 200000",
        ]
        assert all(mark.met for mark in found)
        assert len(self.grown(lines, 50_000, 200_000)) == 2

    def test_more_than_in_proportion(self, lines):
        *_, grown, memory = self.grown(lines, 50_000, 200_000, run=1.2, memory=2)
        assert (grown.met, memory.met) == (False, False)

    def test_not_measured(self, lines):
        *_, grown, memory = self.grown(lines, 1000, 200_000)
        assert (grown.met, memory.met) == (None, None)

    def test_not_asked_for_up_to_the_reference(self, lines):
        assert len(self.grown(lines, 1000, 50_000)) == 1
