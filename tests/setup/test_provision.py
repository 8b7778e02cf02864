"""What provisioning decides, and what it says when something cannot be had."""

import os
import subprocess
from pathlib import Path

import pytest

import run_tests
from provision import databases, odoo_source, paths, postgres, system
from provision.progress import SetupError, last_words, run


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    """A project folder without anything provisioned."""
    monkeypatch.setattr(paths, "HOME", tmp_path / ".odoo")
    monkeypatch.setattr(odoo_source, "SOURCES", tmp_path / ".odoo" / "source")
    for name in ("ODOO_HOME", "ODOO_GIT_URL"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def make_odoo(folder: Path, version="(19, 0, 0, FINAL, 0, '')") -> Path:
    (folder / "odoo" / "addons").mkdir(parents=True)
    (folder / "odoo" / "release.py").write_text(f"FINAL = 'final'\nversion_info = {version}\n")
    return folder


class TestOdooHome:
    def test_accepts_the_series(self, elsewhere, monkeypatch):
        home = make_odoo(elsewhere / "mine")
        monkeypatch.setenv("ODOO_HOME", str(home))
        source = odoo_source.ensure()
        assert source.python_path == home
        assert source.addons == (home / "addons", home / "odoo" / "addons")

    @pytest.mark.parametrize(
        ("version", "found"),
        [
            (None, "has no odoo/release.py"),
            ("(17, 0, 0, FINAL, 0, '')", "holds Odoo 17.0"),
            ("('saas~18', 2, 0, FINAL, 0, '')", "holds Odoo saas~18.2"),
        ],
    )
    def test_refuses_anything_else_in_one_line(self, elsewhere, monkeypatch, version, found):
        home = make_odoo(elsewhere / "mine", version) if version else elsewhere
        monkeypatch.setenv("ODOO_HOME", str(home))
        with pytest.raises(SetupError) as refusal:
            odoo_source.ensure()
        assert found in str(refusal.value)
        assert "\n" not in str(refusal.value)

    def test_the_command_ends_with_that_line(self, tmp_path):
        environment = {**os.environ, "ODOO_HOME": str(tmp_path)}
        command = [paths.SETUP / "odoo", "--version"]
        result = subprocess.run(
            command, env=environment, capture_output=True, text=True, check=False
        )
        assert result.returncode == 1
        assert result.stdout == ""
        assert result.stderr.startswith("error: ODOO_HOME=")
        assert len(result.stderr.splitlines()) == 1


class TestClone:
    def repository(self, folder: Path, version="(19, 0, 0, FINAL, 0, '')", branch="19.0") -> str:
        work = make_odoo(folder / "work", version)
        languages = work / "odoo" / "addons" / "base" / "i18n"
        languages.mkdir(parents=True)
        for name in ("base.pot", "pt_BR.po", "nl.po"):
            (languages / name).touch()
        identity = ["-c", "user.name=x", "-c", "user.email=x@x.test"]
        for arguments in (
            ["init", "--quiet", f"--initial-branch={branch}"],
            ["add", "."],
            [*identity, "commit", "--quiet", "-m", "x"],
        ):
            subprocess.run(["git", "-C", work, *arguments], check=True)
        subprocess.run(["git", "clone", "--quiet", "--bare", work, folder / "bare"], check=True)
        return f"file://{folder / 'bare'}"

    def test_takes_the_address_from_the_environment(self, elsewhere, monkeypatch):
        monkeypatch.setenv("ODOO_GIT_URL", self.repository(elsewhere))
        source = odoo_source.ensure()
        languages = source.python_path / "odoo" / "addons" / "base" / "i18n"
        assert sorted(path.name for path in languages.iterdir()) == ["base.pot", "pt_BR.po"]
        monkeypatch.setattr(odoo_source, "_clone", None)  # the second time it is not needed
        assert odoo_source.ensure() == source

    @pytest.mark.parametrize(
        "wrong", [{"branch": "17.0"}, {"version": "(18, 0, 0, FINAL, 0, '')"}, None]
    )
    def test_says_what_to_provide(self, elsewhere, monkeypatch, wrong):
        url = (
            f"file://{elsewhere}/nothing" if wrong is None else self.repository(elsewhere, **wrong)
        )
        monkeypatch.setenv("ODOO_GIT_URL", url)
        with pytest.raises(SetupError, match=r"no Odoo 19.0: .*set ODOO_HOME") as refusal:
            odoo_source.ensure()
        assert "\n" not in str(refusal.value)
        assert [
            path for path in odoo_source.SOURCES.iterdir() if path.suffix != ".unfinished"
        ] == []


class TestSystem:
    def test_names_the_command_where_nothing_may_be_installed(self, monkeypatch):
        monkeypatch.setattr(system, "can_install", lambda: False)
        with pytest.raises(SetupError, match=r"sudo apt-get install libx11-6 fontconfig$"):
            system.install(["libx11-6", "fontconfig"])

    def test_needs_nothing_more_here(self):
        assert system.missing_packages() == []

    def test_an_error_is_one_line(self):
        with pytest.raises(SetupError, match=r"^no luck: E: no mirror$"):
            run(["sh", "-c", "echo one; echo 'E: no mirror'; echo two; exit 3"], "no luck")
        with pytest.raises(SetupError, match="no luck: there-is-no-such is missing"):
            run(["there-is-no-such"], "no luck")
        assert last_words("") == ""


class TestMarkers:
    def test_follow_their_inputs(self, elsewhere):
        pins = elsewhere / "pins.txt"
        pins.write_text("a==1")
        paths.Marker("venv", pins).set()
        assert paths.Marker("venv", pins).is_set()
        pins.write_text("a==2")
        assert not paths.Marker("venv", pins).is_set()

    def test_content_of_an_add_on(self, tmp_path):
        for name in ("models/a.py", "tests/test_a.py", "static/tests/a.js", "README.rst"):
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text("1")
        before = databases.content_hash(tmp_path)
        for name in ("tests/test_a.py", "static/tests/a.js", "README.rst"):
            (tmp_path / name).write_text("2")
        assert databases.content_hash(tmp_path) == before
        (tmp_path / "models/a.py").write_text("2")
        assert databases.content_hash(tmp_path) != before

    def test_deep_folders_get_a_short_socket(self, tmp_path):
        assert postgres.Cluster(tmp_path / "pg").socket_folder == tmp_path / "pg" / "sock"
        deep = postgres.Cluster(tmp_path / ("x" * 100) / "pg").socket_folder
        assert len(str(deep / ".s.PGSQL.5432.lock")) <= postgres.SOCKET_LIMIT


class TestSelection:
    def test_paths_choose_the_runner(self):
        arguments = ["tests/setup/test_provision.py::x", "-k", "tests", "collection_ruler/models"]
        selection = run_tests.select(arguments, paths.ROOT)
        assert selection.plain == [f"{paths.ROOT / 'tests/setup/test_provision.py'}::x"]
        assert selection.addons == [str(paths.ROOT / "collection_ruler/models")]
        assert selection.options == ["-k", "tests"]

    def test_fast_tests_are_some_of_each_add_on_and_open_no_browser(self):
        found = run_tests.quick_classes()
        assert {Path(name).relative_to(paths.ROOT).parts[0] for name in found} == {
            addon.name for addon in paths.addons() if any(addon.glob("tests/test_*.py"))
        }
        assert not run_tests.opens_browser(found)

    def test_options_alone_choose_none(self):
        assert not run_tests.select(["-x", "-k", "calendar"], paths.ROOT).has_paths
