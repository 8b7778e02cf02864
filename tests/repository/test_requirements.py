"""The table of requirements names tests that exist, and leaves out no requirement."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TABLE = ROOT / "docs" / "requirements.md"
WANTED = [
    *(f"A{number}" for number in range(1, 15)),
    *(f"B{number}" for number in range(1, 8)),
    *(f"C{number}" for number in range(1, 9)),
    *(f"D{number}" for number in range(1, 8)),
    *("F1", "F3", "F5", "F6", "F7", "G3", "H1", "H2", "H3"),
]


def rows() -> list[list[str]]:
    """Return the cells of each row about a requirement."""
    lines = [line for line in TABLE.read_text().splitlines() if re.match(r"\| [A-H]\d", line)]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def file_of(name: str) -> Path:
    """Return the file that a name of the table stands for.

    A bare name lies in the base add-on, one with a folder in another add-on or below tests/.
    """
    if "/" not in name:
        return ROOT / "collection_ruler" / "tests" / name
    return (
        ROOT / name if (ROOT / name.split("/", maxsplit=1)[0]).is_dir() else ROOT / "tests" / name
    )


def names_in(file: Path) -> set[str]:
    nodes = ast.walk(ast.parse(file.read_text())) if file.is_file() else ()
    return {node.name for node in nodes if isinstance(node, ast.FunctionDef)}


def test_each_test_named_exists():
    named = re.findall(r"`([\w/]+\.py)::(\w+)`", TABLE.read_text())
    assert len(named) > 50
    assert not [f"{file}::{test}" for file, test in named if test not in names_in(file_of(file))]


def test_each_requirement_has_its_row():
    found = [row[0].split()[0] for row in rows()]
    assert list(dict.fromkeys(found)) == WANTED


def test_what_stands_is_protected_by_one_to_three_tests():
    odd = [row[0] for row in rows() if not bool(row[1]) <= row[2].count("::") <= 3 * bool(row[1])]
    assert not odd
