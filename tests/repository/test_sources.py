"""What must hold for every file of the repository."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ADDONS = sorted(path.parent for path in ROOT.glob("*/__manifest__.py"))
BINARY = {".png", ".jpg", ".jpeg", ".ico", ".woff2", ".pdf", ".gif"}

# Package registries: the machine's own configuration says where they are.
REGISTRIES = re.compile(
    r"(deb|security|ftp\.[a-z]+)\.debian\.org|pypi\.(org|python\.org)|files\.pythonhosted|"
    r"registry\.(npmjs|yarnpkg)|archive\.ubuntu|proxy\.golang|--(extra-)?index-url|--find-links"
)
HOME_FOLDERS = re.compile(r"(?<![\w.$}/])/(home|root|Users|work|mnt)/[\w.-]+")


def tracked_files() -> list[Path]:
    """Return the text files that git keeps or would keep."""
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    files = [ROOT / name for name in listing.splitlines()]
    return [file for file in files if file.is_file() and file.suffix not in BINARY]


@pytest.mark.parametrize("pattern", [REGISTRIES, HOME_FOLDERS], ids=["registry", "home folder"])
def test_no_file_names(pattern):
    found = [
        f"{file.relative_to(ROOT)}:{number}: {match[0]}"
        for file in tracked_files()
        if file != Path(__file__)
        for number, line in enumerate(file.read_text(errors="replace").splitlines(), 1)
        for match in [pattern.search(line)]
        if match
    ]
    assert not found


@pytest.mark.parametrize("addon", ADDONS, ids=lambda addon: addon.name)
class TestManifest:
    """What each add-on says about itself agrees with its files."""

    def test_licence_and_author(self, addon):
        manifest = read_manifest(addon)
        assert manifest["license"] == "AGPL-3"
        assert manifest["author"] == "Collection Ruler contributors"
        assert manifest["version"].startswith("19.0.")

    def test_listed_files_exist(self, addon):
        missing = [name for name in listed_files(addon) if not (addon / name).is_file()]
        assert not missing

    def test_data_files_are_listed(self, addon):
        listed = listed_files(addon)
        present = {
            str(file.relative_to(addon))
            for folder in ("data", "views", "security", "demo", "wizards", "report", "templates")
            for pattern in ("*.xml", "*.csv")
            for file in (addon / folder).rglob(pattern)
        }
        assert not present - listed


def read_manifest(addon: Path) -> dict:
    return ast.literal_eval((addon / "__manifest__.py").read_text())


def listed_files(addon: Path) -> set[str]:
    manifest = read_manifest(addon)
    return {*manifest.get("data", ()), *manifest.get("demo", ())}
