"""Template databases, and the copies of them that tests work on.

`t_base` holds the modules of Odoo that the add-ons depend on; `t_module` adds the project's own;
`t_tests` adds the company that their tests work in, with its chart of accounts; `t_web` adds the
assets that a browser asks for, which take twice as long to make as the rest.
Each keeps the hash of what it was made from as the comment of the database, so it is made again
when that changed.
"""

import ast
import os
import shutil
from contextlib import closing
from pathlib import Path

import psycopg2
from psycopg2 import sql

from . import paths, postgres
from .configuration import Odoo
from .progress import SetupError, run, step

MAKING = 3  # raise it when templates are made differently

# Files of an add-on that leave an installed database as it is.
NOT_INSTALLED = {"tests", "__pycache__", "readme"}

# the tests of an add-on may bring the company that the tests of all share
SCHOOL = "tests/school.py"
MAKE_SCHOOL = "from odoo.addons.{}.tests.school import make_school; make_school(env)"

PREGENERATE = "env['ir.qweb']._pregenerate_assets_bundles(); env.cr.commit()"


class Databases:
    """The databases of one Odoo; names are given without the server's prefix."""

    def __init__(self, odoo: Odoo):
        self.odoo = odoo

    def name(self, short: str) -> str:
        """Return the name on the server."""
        return self.odoo.server.prefix + short

    def connect(self, database: str = "postgres"):
        """Return a connection in autocommit mode to a database, by its full name."""
        server = self.odoo.server
        options = {"dbname": database, "host": server.host, "user": server.user}
        connection = psycopg2.connect(**{key: value for key, value in options.items() if value})
        connection.autocommit = True
        return connection

    def query(self, statement, values=(), database: str = "postgres") -> list[tuple]:
        """Run one statement and return its rows."""
        with closing(self.connect(database)) as connection, connection.cursor() as cursor:
            cursor.execute(statement, values)
            return cursor.fetchall() if cursor.description else []

    def names(self) -> list[str]:
        """Return the full names of the databases on the server."""
        return [name for (name,) in self.query("SELECT datname FROM pg_database")]

    def drop(self, short: str) -> None:
        """Remove a database and its files, if there is one."""
        name = self.name(short)
        self._end_sessions(name)
        self.query(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))
        shutil.rmtree(self.odoo.filestore / name, ignore_errors=True)

    def copy(self, template: str, short: str) -> str:
        """Make a database from a template, replacing an old one; return its full name."""
        self.drop(short)
        source, target = self.name(template), self.name(short)
        self._end_sessions(source)
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        self.query(statement.format(sql.Identifier(target), sql.Identifier(source)))
        files = self.odoo.filestore / source
        if files.is_dir():
            # Odoo only adds files and removes them, it never writes into one: links are enough
            shutil.copytree(files, self.odoo.filestore / target, copy_function=os.link)
        return target

    def ensure_base(self) -> str:
        """Make `t_base` (no assets) unless it is up to date; return the hash of what it was made from."""
        modules = required_modules()
        key = paths.digest(MAKING, self.odoo.source.identity, modules)
        if self.made_from("t_base") != key:
            with step("Database with Odoo's accounting"):
                self._forget_unfinished()
                self._odoo("-d", self.name("t_new"), "-i", ",".join(modules), "--stop-after-init")
                self._finish("t_base", key)
        return key

    def ensure_module(self) -> str:
        """Make `t_module` unless it is up to date; return the hash of what it was made from."""
        base = self.ensure_base()
        names = [folder.name for folder in paths.addons()]
        key = paths.digest(MAKING, base, *(content_hash(folder) for folder in paths.addons()))
        if self.made_from("t_module") != key:
            with step("Database with the project's add-ons"):
                self._forget_unfinished()
                self.copy("t_base", "t_new")
                self._odoo("-d", self.name("t_new"), "-i", ",".join(names), "--stop-after-init")
                self._check_installed(names)
                self._finish("t_module", key)
        return key

    def ensure_tests(self) -> str:
        """Make `t_tests` unless it is up to date; return the hash of what it was made from."""
        module = self.ensure_module()
        schools = [folder for folder in paths.addons() if (folder / SCHOOL).exists()]
        key = paths.digest(MAKING, module, *(folder / SCHOOL for folder in schools))
        if self.made_from("t_tests") != key:
            with step("Database with the company that tests work in"):
                self._forget_unfinished()
                self.copy("t_module", "t_new")
                for folder in schools:
                    self._shell(MAKE_SCHOOL.format(folder.name))
                self._finish("t_tests", key)
        return key

    def ensure_web(self) -> str:
        """Make `t_web` unless it is up to date; return the hash of what it was made from."""
        key = self.ensure_tests()
        if self.made_from("t_web") != key:
            with step("Database with the assets of its screens"):
                self._forget_unfinished()
                self.copy("t_tests", "t_new")
                self._shell(PREGENERATE)
                self._finish("t_web", key)
        return key

    def receive(self, origin: "Databases", template: str, key: str) -> None:
        """Copy a template, with its files, from another server whose databases these are not."""
        self._forget_unfinished()
        source, target = origin.name(template), self.name("t_new")
        programs = postgres.binaries()
        self.query(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(target)))
        dump = paths.HOME / f"{template}.{os.getpid()}.dump"
        try:
            run(
                [programs / "pg_dump", *_address(origin), "-Fc", "-Z0", "-f", dump, source],
                "the template could not be copied",
            )
            run(
                [programs / "pg_restore", *_address(self), "-j2", "-O", "-d", target, dump],
                "the template could not be copied",
            )
        finally:
            dump.unlink(missing_ok=True)
        files = origin.odoo.filestore / source
        if files.is_dir():
            shutil.copytree(files, self.odoo.filestore / target, copy_function=os.link)
        self._finish(template, key)

    def drop_abandoned(self, stem: str) -> None:
        """Drop databases called STEM_PROCESSID whose process is no more."""
        for name in self.names():
            start, _, number = name.rpartition("_")
            if (
                start == self.name(stem)
                and number.isdigit()
                and not Path(f"/proc/{number}").exists()
            ):
                self.drop(f"{stem}_{number}")

    def made_from(self, short: str) -> str | None:
        """Return the hash of what a template was made from, None if it is not there."""
        rows = self.query(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s",
            [self.name(short)],
        )
        return rows[0][0] if rows else None

    def _finish(self, short: str, key: str) -> None:
        self.drop(short)
        old, new = self.name("t_new"), self.name(short)
        self._end_sessions(old)
        identifiers = sql.Identifier(old), sql.Identifier(new)
        self.query(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(*identifiers))
        if (self.odoo.filestore / old).is_dir():
            (self.odoo.filestore / old).rename(self.odoo.filestore / new)
        comment = sql.SQL("COMMENT ON DATABASE {} IS {}")
        self.query(comment.format(sql.Identifier(new), sql.Literal(key)))

    def _forget_unfinished(self) -> None:
        self.drop("t_new")

    def _check_installed(self, names: list[str]) -> None:
        rows = self.query(
            "SELECT name FROM ir_module_module WHERE state = 'installed' AND name = ANY(%s)",
            [names],
            database=self.name("t_new"),
        )
        if missing := set(names) - {name for (name,) in rows}:
            raise SetupError(
                f"not installed: {', '.join(sorted(missing))}; see .odoo/log/install.log"
            )

    def _odoo(self, *arguments: str) -> None:
        run(
            self.odoo.command(*arguments, "--no-http", "--log-level", "warn"),
            "Odoo could not install modules",
            log="install",
            env=self.odoo.environment(),
        )

    def _shell(self, code: str) -> None:
        run(
            self.odoo.command(
                "shell", "-d", self.name("t_new"), "--no-http", "--log-level", "warn"
            ),
            "Odoo could not complete a database",
            log="shell",
            env=self.odoo.environment(),
            input=code,
        )

    def _end_sessions(self, name: str) -> None:
        self.query(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name]
        )


def _address(store: Databases) -> list[str]:
    return ["-h", store.odoo.server.host, "-U", store.odoo.server.user]


def required_modules() -> list[str]:
    """Return the modules that the project's add-ons need and do not bring along."""
    own = {folder.name for folder in paths.addons()}
    needed = {"web"}
    for folder in paths.addons():
        manifest = ast.literal_eval((folder / "__manifest__.py").read_text())
        needed.update(manifest.get("depends", ()))
    return sorted(needed - own)


def content_hash(addon: Path) -> str:
    """Return a hash of the files of an add-on that decide what it leaves in a database."""
    files = [
        path
        for path in sorted(addon.rglob("*"))
        if path.is_file()
        and not NOT_INSTALLED.intersection(path.relative_to(addon).parts)
        and not path.name.lower().startswith("readme")
    ]
    return paths.digest(*(part for path in files for part in (str(path.relative_to(addon)), path)))
