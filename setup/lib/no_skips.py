"""A pytest plugin: a test that was not really run counts as failed; the counts go to a file."""

import json
import os

import pytest

from run_tests import COUNTS


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(item, call):
    report = yield
    return _judged(report)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_make_collect_report(collector):
    report = yield
    return _judged(report)


def _judged(report):
    """Turn "skipped", "expected to fail" and "passed against expectation" into a failure."""
    if report.outcome == "skipped" or hasattr(report, "wasxfail"):
        reason = getattr(report, "wasxfail", None) or report.longrepr
        reason = reason[-1] if isinstance(reason, tuple) else reason
        report.__dict__.pop("wasxfail", None)
        report.outcome = "failed"
        report.longrepr = (
            f"{report.nodeid} was not really tested, which counts as a failure: {reason}"
        )
    return report


def pytest_terminal_summary(terminalreporter):
    """Write the number of passed and failed tests for the command that adds them up."""
    stats = terminalreporter.stats
    counts = {
        "passed": len(stats.get("passed", ())),
        "failed": len(stats.get("failed", ())) + len(stats.get("error", ())),
    }
    if COUNTS in os.environ:
        with open(os.environ[COUNTS], "w") as file:
            json.dump(counts, file)
