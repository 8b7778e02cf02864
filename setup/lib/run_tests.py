"""Runs the linters and the tests; see setup/test."""

import ast
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import quality
from provision import everything, paths, progress, python_env

NOTHING_COLLECTED = 5
# into so many runs the tests of add-ons are dealt, so that none of them is left alone at the end
LANES = 3
COUNTS = "TEST_COUNTS_FILE"  # the variable that tells the plugin where to write
QUICK = "quick"  # tag of the test classes that `--quick` runs
QUICK_LANES = 2
FEW_EXAMPLES = "COLLECTION_RULER_QUICK"  # the variable that lets laws be tried on few examples

# Options of pytest whose value is the next argument: it is no path, whatever it is called.
TAKE_A_VALUE = {"-k", "-m", "-p", "-o", "-c", "-W", "-r", "-n"}
TAKE_A_VALUE |= {
    "--deselect",
    "--ignore",
    "--tb",
    "--maxfail",
    "--durations",
    "--cov",
    "--cov-report",
}


@dataclass
class Selection:
    """What the arguments ask for: options for both runners, and the paths of each.

    Plain tests need no Odoo in their own process; tests inside an add-on run within one.
    """

    options: list[str] = field(default_factory=list)
    plain: list[str] = field(default_factory=list)
    addons: list[str] = field(default_factory=list)

    @property
    def has_paths(self) -> bool:
        return bool(self.plain or self.addons)


def select(arguments: list[str], folder: Path) -> Selection:
    """Sort pytest's arguments, given by somebody who stands in the folder."""
    selection = Selection()
    addons = paths.addons()
    is_value = False
    for argument in arguments:
        name, colons, inner = argument.partition("::")
        path = (folder / name).resolve()
        if is_value or argument.startswith("-") or not path.exists():
            selection.options.append(argument)
        elif any(path.is_relative_to(addon) for addon in addons):
            selection.addons.append(f"{path}{colons}{inner}")
        else:
            selection.plain.append(f"{path}{colons}{inner}")
        is_value = argument in TAKE_A_VALUE and not is_value
    return selection


def opens_browser(targets: list) -> bool:
    """Whether a browser opens screens in one of these tests; then their assets are made beforehand."""
    files = {Path(str(target).partition("::")[0]) for target in targets}
    tests = [
        test for file in files for test in (file.rglob("test_*.py") if file.is_dir() else [file])
    ]
    return any(re.search("HttpCase|ScreenCase", test.read_text()) for test in tests)


def quick_classes() -> list[str]:
    """The test classes of add-ons that are tagged "quick", as pytest names them, largest first.

    The tag is for classes that open no browser, render no PDF, play no random history, and whose tests
    take about a second each: together a picture of each package, not all of it.
    """
    found = {}
    for path in (file for addon in paths.addons() for file in addon.glob("tests/test_*.py")):
        for node in ast.parse(path.read_text()).body:
            words = [
                word.value
                for one in getattr(node, "decorator_list", ())
                for word in ast.walk(one)
                if isinstance(word, ast.Constant)
            ]
            if QUICK in words:
                found[f"{path}::{node.name}"] = len(node.body)
    return sorted(found, key=lambda name: (-found[name], name))


class Run:
    """One run of everything that was selected; adds up what passed and what failed."""

    def __init__(self, odoo, selection: Selection, temporary: Path):
        self.odoo = odoo
        self.selection = selection
        self.temporary = temporary
        self.passed = 0
        self.failed = 0
        self.problems: list[str] = []
        self.aside = False
        self.is_quick = False

    def lint(self) -> None:
        names = quality.failures()
        self.failed += len(names)
        self.problems += names

    def plain(self, title: str, targets: list[str]) -> None:
        """Run tests without Odoo in their process."""
        variables = {key: value for key, value in os.environ.items() if key != "ODOO_RC"}
        if self.is_quick:
            variables[FEW_EXAMPLES] = "1"
        self._pytest(title, ["-p", "no:odoo", *targets], variables)

    def within_odoo(self, title: str, targets: list[str]) -> None:
        """Run tests of add-ons within an Odoo, on a database made for this run."""
        from provision import databases  # noqa: PLC0415 - needs the project's Python environment

        store = databases.Databases(self.odoo)
        stem = f"t_run_{title.replace(' ', '_')}"
        copy = f"{stem}_{os.getpid()}"
        try:
            with paths.exclusive():
                store.drop_abandoned(stem)
                if opens_browser(targets):
                    store.ensure_web()
                    database = store.copy("t_web", copy)
                else:
                    store.ensure_tests()
                    database = store.copy("t_tests", copy)
            arguments = [f"--odoo-database={database}", "--odoo-http"]
            arguments += [f"--odoo-config={self._own_configuration(title)}", *targets]
            self._pytest(title, arguments, self.odoo.environment())
        except progress.SetupError as error:
            print(f"error: {error}", flush=True)
            self.problems.append(title)
            self.failed += 1
        finally:
            store.drop(copy)

    def everything(self, addons: list[Path]) -> None:
        """Run linters and all tests, in lanes at the same time: each often waits.

        What they say is shown when they are through.

        :param addons: the files with the tests of add-ons, largest first
        """
        print("--- linters and tests: up to 25 minutes on two cores", flush=True)
        scenarios = "tests/scenarios"
        plain = {"scenarios": [scenarios], "tests": ["tests", f"--ignore={scenarios}"]}
        self._together(addons, LANES, plain)

    def quick(self) -> None:
        """Run linters, the laws of what decides on few examples, and the add-ons' fast tests."""
        print("--- linters and fast tests: up to three minutes on two cores", flush=True)
        self.is_quick = True
        self._together(
            quick_classes(), QUICK_LANES, {"tests": ["tests/dunning", "tests/repository"]}
        )

    def _together(self, addons: list, lanes: int, plain: dict[str, list[str]]) -> None:
        self.aside = True
        with ThreadPoolExecutor(lanes + len(plain) + 1) as pool:
            jobs = [
                *(
                    pool.submit(self.within_odoo, f"add-ons {lane + 1}", addons[lane::lanes])
                    for lane in range(lanes)
                ),
                *(pool.submit(self.plain, title, targets) for title, targets in plain.items()),
                pool.submit(self.lint),
            ]
            for job in jobs:
                job.result()

    def selected(self) -> None:
        """Run the tests that were asked for, one after the other."""
        if self.selection.plain:
            self.plain("tests", self.selection.plain)
        if self.selection.addons:
            self.within_odoo("add-ons", self.selection.addons)

    def _own_configuration(self, title: str) -> Path:
        """Odoo's configuration with a port that no server of the scenarios takes."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        file = self.temporary / f"{title}.conf"
        usual = (self.odoo.home / "odoo.conf").read_text()
        file.write_text(f"{usual}http_port = {port}\n")
        return file

    def _pytest(self, title: str, arguments: list[str], variables: dict[str, str]) -> None:
        if not self.aside:
            print(f"\n--- {title}", flush=True)
        counts = self.temporary / f"{title}.json"
        variables = {
            **variables,
            "PYTHONPATH": str(paths.LIB),
            "TMPDIR": str(self.temporary),
            COUNTS: str(counts),
        }
        command = [python_env.PYTHON, "-m", "pytest", "-p", "no_skips"]
        output = self.temporary / f"{title}.txt"
        with open(output, "w") as file:
            result = subprocess.run(
                [*command, *arguments, *self.selection.options],
                cwd=paths.ROOT,
                env=variables,
                stdout=file if self.aside else None,
                stderr=subprocess.STDOUT if self.aside else None,
                check=False,
            )
        if self.aside:
            print(f"\n--- {title}\n{output.read_text()}", flush=True)
        numbers = json.loads(counts.read_text()) if counts.exists() else {"passed": 0, "failed": 0}
        self.passed += numbers["passed"]
        self.failed += numbers["failed"]
        expected = {0, NOTHING_COLLECTED} if self.selection.options else {0}
        if result.returncode not in expected:
            self.problems.append(title)
            self.failed += not numbers["failed"]  # it broke before it could count


def main() -> int:
    folder = Path.cwd()
    with progress.plain_errors():
        odoo = everything.ensure(tests=True)
        arguments = [argument for argument in sys.argv[1:] if argument != "--quick"]
        selection = select(arguments, folder)
        is_quick = len(arguments) < len(sys.argv) - 1
        if is_quick and selection.has_paths:
            raise progress.SetupError("--quick chooses the tests itself: name it, or paths")
        addons_tests = [file for path in paths.addons() for file in path.glob("tests/test_*.py")]
        addons_tests.sort(key=lambda file: (-file.stat().st_size, file))  # to be dealt evenly
        with tempfile.TemporaryDirectory(prefix="ruler-", ignore_cleanup_errors=True) as temporary:
            run = Run(odoo, selection, Path(temporary))
            if is_quick:
                run.quick()
            elif selection.has_paths:
                run.selected()
            else:
                run.everything(addons_tests)
    if not run.passed and not run.failed:
        print("no test was collected")
        run.failed = 1
    if run.problems:
        print(f"failed: {', '.join(run.problems)}")
    print(f"{run.passed} passed, {run.failed} failed", flush=True)
    return 1 if run.failed or run.problems else 0


if __name__ == "__main__":
    sys.exit(main())
