"""Screens have no colours of their own: those of Odoo's scheme are right in the light and in the dark."""

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

ROOT = Path(__file__).resolve().parents[2]

# fields that hold a message as a customer reads it
MESSAGES = {"body", "message_body", "sample_body"}
# A message is written for white paper, so it is shown on white paper (`preview.scss`).
PAPER = {"collection_ruler/static/src/preview/preview.scss"}
NAMES = r"\b(?:white|black|gr[ae]y|red|green|blue|yellow|orange|purple|silver|navy|teal|pink|brown)\b(?!-)"
FIXED = re.compile(
    rf"#[0-9a-f]{{3,8}}\b|\b(?:rgb|hsl)a?\(\s*[\d.]|:[^;]*(?<![-\w$]){NAMES}", re.IGNORECASE
)
COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*|<!--.*?-->", re.DOTALL)


def written(pattern: str) -> list[Path]:
    found = [path for path in ROOT.glob(pattern) if str(path.relative_to(ROOT)) not in PAPER]
    assert found
    return found


def places(path: Path, colour: re.Pattern) -> list[str]:
    """Where a file names a colour; comments do not count."""
    text = COMMENT.sub(lambda match: "\n" * match[0].count("\n"), path.read_text())
    return [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for number, line in enumerate(text.splitlines(), 1)
        if colour.search(line)
    ]


def test_style_sheets_take_their_colours_from_the_scheme():
    assert not [
        place for path in written("*/static/src/**/*.scss") for place in places(path, FIXED)
    ]


@pytest.mark.parametrize(
    "pattern",
    [
        "*/static/src/**/*.xml",
        "*/static/src/**/*.js",
        "*/wizards/*.xml",
        "*/report/*.xml",
        "*/views/*_views.xml",
    ],
)
def test_screens_name_no_colour(pattern):
    styled = re.compile(rf"style=.*(?:{FIXED.pattern})", re.IGNORECASE)
    assert not [place for path in written(pattern) for place in places(path, styled)]


@pytest.mark.parametrize(
    ("line", "is_fixed"),
    [
        ("color: #fff;", True),
        ("background: white;", True),
        ("border: 1px solid black;", True),
        ("color: $o-black;", False),
        ("color: var(--red);", False),
        ("box-shadow: 0 0 2px rgba(0, 0, 0, 0.3);", True),
        ("box-shadow: 0 0 2px rgba(var(--primary-rgb), 0.3);", False),
        ("color: var(--primary);", False),
        ('grid: minmax(#{"min(15rem, 45%)"}, 1fr);', False),
        ("white-space: nowrap;", False),
    ],
)
def test_what_counts_as_a_colour(line, is_fixed):
    assert bool(FIXED.search(line)) == is_fixed


def test_messages_lie_on_paper():
    """Their colours are written for it; on a dark screen they are unreadable without."""
    shown = [
        (path.name, field.get("name"), field.get("class") or "")
        for folder in ("views", "wizards")
        for path in ROOT.glob(f"collection_ruler/{folder}/*.xml")
        for field in ElementTree.parse(path).iter("field")
        if field.get("name") in MESSAGES
    ]
    assert {name for _, name, _ in shown} == MESSAGES
    assert not [one for one in shown if "o_collection_paper" not in one[2].split()]
    assert all(".o_collection_paper" in (ROOT / name).read_text() for name in PAPER)
