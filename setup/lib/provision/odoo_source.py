"""Where Odoo 19.0 comes from: the user's checkout, Debian's package, or a shallow clone."""

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from . import debian_archive, paths
from .progress import SetupError, run, step

SERIES = "19.0"
PUBLIC_REPOSITORY = "https://github.com/odoo/odoo.git"
LANGUAGES = ("pt_BR", "pt", "fr", "es", "es_419")
SOURCES = paths.HOME / "source"

# Debian's odoo-19 links to the JavaScript and fonts of other packages instead of carrying its own.
LINKED_PACKAGES = (
    "libjs-jquery",
    "libjs-jquery-form",
    "libjs-underscore",
    "fonts-font-awesome",
    "fonts-roboto-unhinted",
    "fonts-inconsolata",
    "fonts-ocr-b",
)
LINKED_PACKAGES_SID = ("fonts-montserrat",)


@dataclass(frozen=True)
class OdooSource:
    """A usable Odoo.

    :param python_path: the folder that contains the `odoo` package
    :param addons: its folders of add-ons
    :param identity: changes when the code changes; template databases are keyed on it
    """

    python_path: Path
    addons: tuple[Path, ...]
    identity: str


def ensure() -> OdooSource:
    """Return an Odoo 19.0, fetching it when there is none.

    An `ODOO_GIT_URL` that is set is a wish: then Debian's package is not considered.

    :raises SetupError: when it cannot be had, or `ODOO_HOME` is something else
    """
    if home := os.environ.get("ODOO_HOME"):
        return _from_home(Path(home).expanduser().absolute())
    url = os.environ.get("ODOO_GIT_URL")
    clone = SOURCES / f"git-{paths.digest(url or PUBLIC_REPOSITORY)}"
    package = SOURCES / f"debian-{paths.digest(LANGUAGES, LINKED_PACKAGES, 1)}"
    if not url and package.is_dir():
        return _from_package(package)
    if clone.is_dir():
        return _from_checkout(clone)
    refusal = ""
    if not url:
        try:
            _fetch_package(package)
            return _from_package(package)
        except SetupError as error:
            refusal = f"{error}; "
    try:
        _clone(url or PUBLIC_REPOSITORY, clone)
    except SetupError as error:
        raise SetupError(
            f"no Odoo {SERIES}: {refusal}{error}; set ODOO_HOME to a checkout of its {SERIES}"
            " branch, or ODOO_GIT_URL to a repository that has it"
        ) from error
    return _from_checkout(clone)


def series_of(folder: Path) -> str | None:
    """Return the series of the Odoo in a folder, such as "19.0", or None if there is none."""
    release = folder / "odoo" / "release.py"
    if not release.is_file():
        return None
    match = re.search(r"^version_info = \((.+?), (\d+),", release.read_text(), re.MULTILINE)
    return "{}.{}".format(match[1].strip("'\""), match[2]) if match else None


def _from_home(folder: Path) -> OdooSource:
    series = series_of(folder)
    if series != SERIES:
        found = f"holds Odoo {series}" if series else "has no odoo/release.py"
        raise SetupError(
            f"ODOO_HOME={folder} {found}; set it to a checkout of Odoo's {SERIES} branch,"
            " or unset it"
        )
    return _from_checkout(folder)


def _from_checkout(folder: Path) -> OdooSource:
    head = subprocess.run(
        ["git", "-C", folder, "rev-parse", "HEAD"], capture_output=True, text=True, check=False
    )
    identity = paths.digest(folder, head.stdout, folder / "odoo" / "release.py")
    return OdooSource(folder, (folder / "addons", folder / "odoo" / "addons"), identity)


def _from_package(root: Path) -> OdooSource:
    python_path = root / "usr/lib/python3/dist-packages"
    return OdooSource(python_path, (python_path / "odoo/addons",), paths.digest(root / "version"))


# ------------------------------------------------------------------ Debian's package


def _fetch_package(target: Path) -> None:
    """Unpack Debian's odoo-19 and what it links to."""
    debian_archive.require()
    with step("Odoo from Debian's package (about 120 MB)"):
        work = _fresh(target)
        archives = debian_archive.download(
            work / "downloads", sid=("odoo-19", *LINKED_PACKAGES_SID), release=LINKED_PACKAGES
        )
        root = work / "root"
        for archive in archives:
            debian_archive.unpack(archive, root, _wanted)
        # Not in Debian, and only needed to blur the background in calls; without it no tour starts.
        stub = (
            root / "usr/lib/python3/dist-packages/odoo/addons/mail/static/lib"
            "/selfie_segmentation/selfie_segmentation.js"
        )
        if not stub.exists():
            stub.parent.mkdir(parents=True, exist_ok=True)
            stub.write_text("/* not part of Debian's package */\n")
        (root / "version").write_text(" ".join(archive.name for archive in archives))
        root.rename(target)
        shutil.rmtree(work)


def _wanted(name: str) -> bool:
    # dist-packages/addons is a second copy without data files.
    return _wanted_translation(name) and not name.startswith("usr/lib/python3/dist-packages/addons")


def _wanted_translation(name: str) -> bool:
    """Return False for translations nobody uses here: they are three quarters of Odoo's size."""
    path = Path(name)
    return path.suffix != ".po" or path.parent.name != "i18n" or path.stem in LANGUAGES


# ------------------------------------------------------------------ a clone


def _clone(url: str, target: Path) -> None:
    with step(f"Odoo from its repository, branch {SERIES} (shallow clone)"):
        work = _fresh(target)
        checkout = work / "odoo"
        run(
            ["git", "clone", "--quiet", "--depth", "1", "--branch", SERIES, url, checkout],
            f"git could not clone {url}",
            env={**os.environ, "GIT_TERMINAL_PROMPT": "0"},
        )
        series = series_of(checkout)
        if series != SERIES:
            shutil.rmtree(work)
            raise SetupError(f"branch {SERIES} of {url} is not an Odoo {SERIES}")
        for translation in checkout.glob("**/i18n/*.po"):
            if not _wanted_translation(str(translation)):
                translation.unlink()
        checkout.rename(target)
        shutil.rmtree(work)


def _fresh(target: Path) -> Path:
    """Return an empty folder beside the target, to be renamed when it is complete."""
    work = target.with_name(target.name + ".unfinished")
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    return work
