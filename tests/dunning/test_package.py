"""The package stands alone: no Odoo, no clock, no names that only one of its two homes knows."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import dunning

FOLDER = Path(dunning.__file__).parent
FILES = sorted(FOLDER.glob("*.py"))
ALLOWED = {"dateutil", "holidays"} | set(sys.stdlib_module_names)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_only_the_standard_library_dateutil_and_holidays_are_imported(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module] if node.level == 0 else []
            assert node.level <= 1, f"{path.name} reaches outside the package"
        else:
            continue
        assert {name.split(".")[0] for name in names} <= ALLOWED, names


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_nothing_reads_the_clock(path):
    clocks = {"now", "utcnow", "today"}
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = getattr(node.func.value, "id", None)
            assert not (node.func.attr in clocks and owner in {"date", "datetime"}), node.lineno


def test_it_can_be_imported_from_a_deeper_home(tmp_path):
    home = tmp_path / "somewhere" / "addons"
    home.mkdir(parents=True)
    (home / "dunning").symlink_to(FOLDER)
    code = "import somewhere.addons.dunning.ladder as m, sys; assert 'dunning' not in sys.modules"
    subprocess.run([sys.executable, "-B", "-c", code], cwd=tmp_path, check=True)
