"""What decides stands alone in each add-on: no Odoo, no clock, no names that only one home knows."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import dunning

FOLDERS = [Path(folder) for folder in dunning.__path__]
FILES = [path for folder in FOLDERS for path in sorted(folder.glob("*.py"))]
ALLOWED = {"dateutil", "flufl", "holidays"} | set(sys.stdlib_module_names)


def named(path):
    return f"{path.parents[1].name}/{path.name}"


def test_no_two_add_ons_have_a_file_of_the_same_name():
    names = [path.name for path in FILES if path.name != "__init__.py"]
    assert len(FOLDERS) > 1
    assert len(names) == len(set(names))


@pytest.mark.parametrize("path", FILES, ids=named)
def test_only_the_standard_library_and_a_few_others_are_imported(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module] if node.level == 0 else []
            assert node.level <= 1, f"{path.name} reaches outside the package"
            beside = path.parent / f"{(node.module or '__init__').split('.')[0]}.py"
            assert node.level == 0 or beside.is_file(), f"{path.name} reaches into another add-on"
        else:
            continue
        assert {name.split(".")[0] for name in names} <= ALLOWED, names


@pytest.mark.parametrize("path", FILES, ids=named)
def test_nothing_reads_the_clock(path):
    clocks = {"now", "utcnow", "today"}
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = getattr(node.func.value, "id", None)
            assert not (node.func.attr in clocks and owner in {"date", "datetime"}), node.lineno


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.parent.name)
def test_it_can_be_imported_from_a_deeper_home(folder, tmp_path):
    home = tmp_path / "somewhere" / "addons"
    home.mkdir(parents=True)
    (home / "dunning").symlink_to(folder)
    names = [path.stem for path in sorted(folder.glob("*.py")) if path.stem != "__init__"]
    code = f"from somewhere.addons.dunning import {', '.join(names)}; import sys; "
    code += "assert 'dunning' not in sys.modules"
    subprocess.run([sys.executable, "-B", "-c", code], cwd=tmp_path, check=True)
