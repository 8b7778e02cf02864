"""The base add-on stands alone: who uninstalls another of ours leaves it whole."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BASE = ROOT / "collection_ruler"
KINDS = {".py", ".xml", ".csv", ".js", ".sql"}
# what `collection_ruler_charges` adds: models, fields, methods, XML ids, its own name
CHARGES = re.compile(
    r"collection_ruler_charges|collection[._]charge|message_charges|dunning[./]charges|"
    r"\b_?\w*charge(s|_\w+)?\b(?=\s*[=(\"'])",
)


def code_of_the_base() -> list[Path]:
    """The files that make the base add-on, without its tests and translations."""
    files = [path for path in sorted(BASE.rglob("*")) if path.suffix in KINDS]
    return [path for path in files if path.relative_to(BASE).parts[0] != "tests"]


def test_the_base_names_no_late_charges():
    found = [
        f"{path.relative_to(ROOT)}:{number}: {match[0]}"
        for path in code_of_the_base()
        for number, line in enumerate(path.read_text().splitlines(), 1)
        for match in [CHARGES.search(line)]
        if match
    ]
    assert not found


@pytest.mark.parametrize(
    ("line", "is_named"),
    [
        ('self.env["collection.charge"]', True),
        ("self.charge_rule_id = rule", True),
        ('<field name="show_charges" />', True),
        ("debtor.action_charge()", True),
        ('"collection_ruler_charges.message_charges"', True),
        ('_lt("Long pauses, no charges, and an offer")', False),
        ("stays for ageing, charges and habits (F7).", False),
        ("This happens, and nothing is charged for it.", False),
    ],
)
def test_what_counts_as_named(line, is_named):
    assert bool(CHARGES.search(line)) == is_named
