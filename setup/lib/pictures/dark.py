"""Dark screens: Odoo Community has none, OCA's add-on `web_dark_mode` brings them."""

import dataclasses
import shutil
import sys
from pathlib import Path

from provision import paths, progress

MODULE = "web_dark_mode"
REQUIREMENTS = paths.SETUP / "requirements-pictures.txt"
FOLDER = paths.HOME / "addons-pictures"


def ensure() -> Path:
    """Fetch the add-on, unless it is there, into a folder that nothing else looks into.

    :return: the folder to add to Odoo's add-ons
    :raises SetupError: when it cannot be had
    """
    addons = FOLDER / "odoo" / "addons"
    marker = paths.Marker(FOLDER.name, REQUIREMENTS)
    if marker.is_set() and (addons / MODULE).is_dir():
        return addons
    with progress.step("Dark mode from OCA"):
        marker.clear()
        shutil.rmtree(FOLDER, ignore_errors=True)
        progress.run(
            [
                *(sys.executable, "-m", "pip", "install", "--disable-pip-version-check"),
                # it names Odoo itself as what it needs, and that is here already
                *("--no-deps", "--only-binary", ":all:", "--target", FOLDER, "-r", REQUIREMENTS),
            ],
            f"pip could not install setup/{REQUIREMENTS.name}; a package index must be reachable",
            log=f"pip-{FOLDER.name}",
        )
        marker.set()
    return addons


def switch_on(server, addons: Path) -> None:
    """Serve again with the add-on installed, and dark for everybody.

    :param server: an ``OdooServer`` that runs
    :param addons: as `ensure` returns it
    """
    with progress.step("Odoo in the dark"):
        server.stop()
        source = server.odoo.source
        source = dataclasses.replace(source, addons=(*source.addons, addons))
        server.odoo = dataclasses.replace(server.odoo, source=source)
        server.odoo.configure()
        server.options = (*server.options, "--init", MODULE)
        server.start(server.http_port)
        server.wait_ready()
        users = [row[0] for row in server.query("SELECT id FROM res_users WHERE active")]
        server.rpc("res.users", "write", users, {"dark_mode": True})
