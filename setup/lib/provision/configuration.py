"""Odoo's configuration file and environment, written anew by each command."""

import os
from dataclasses import dataclass
from pathlib import Path

from . import paths, postgres, python_env, wkhtmltopdf
from .odoo_source import OdooSource


@dataclass(frozen=True)
class Odoo:
    """An Odoo that can be run: its code, its database server, its folder of files.

    :param home: holds `odoo.conf` and `data/` (filestore and sessions)
    :param variables: environment variables for its processes, beside the user's own
    :param settings: further lines of odoo.conf
    """

    source: OdooSource
    server: postgres.Server
    home: Path = paths.HOME
    variables: tuple[tuple[str, str], ...] = ()
    settings: tuple[tuple[str, object], ...] = ()

    @property
    def filestore(self) -> Path:
        return self.home / "data" / "filestore"

    def configure(self) -> None:
        """Write `odoo.conf`."""
        settings = {
            "addons_path": ",".join(map(str, (*self.source.addons, paths.ROOT))),
            "data_dir": self.home / "data",
            "http_interface": "127.0.0.1",
            "list_db": False,
        }
        if self.server.host:
            settings["db_host"] = self.server.host
        if self.server.user:
            settings["db_user"] = self.server.user
        settings.update(self.settings)
        lines = "".join(f"{key} = {value}\n" for key, value in settings.items())
        self.home.mkdir(parents=True, exist_ok=True)
        unfinished = self.home / f"odoo.conf.{os.getpid()}"
        unfinished.write_text(f"[options]\n{lines}")
        unfinished.rename(self.home / "odoo.conf")

    def environment(self) -> dict[str, str]:
        """Return the environment in which `python -m odoo` finds all of this."""
        environment = {
            **os.environ,
            "ODOO_RC": str(self.home / "odoo.conf"),
            "PATH": os.pathsep.join(
                [
                    str(wkhtmltopdf.BIN),
                    str(python_env.VENV / "bin"),
                    os.environ.get("PATH", os.defpath),
                ]
            ),
            "LANG": "C.UTF-8",
            **dict(self.variables),
        }
        if self.server.host.startswith("/"):
            # psql, createdb and the like, called by a person or by Odoo, reach the same server
            environment["PGHOST"] = self.server.host
            environment["PGUSER"] = self.server.user or os.environ.get("PGUSER", "")
        return {key: value for key, value in environment.items() if value}

    def command(self, *arguments: object) -> list[str]:
        """Return the command line for `odoo-bin ARGUMENTS`."""
        return [str(python_env.PYTHON), "-m", "odoo", *map(str, arguments)]
