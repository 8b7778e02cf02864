"""Debian packages that are unpacked into the project's folder instead of being installed.

apt works with a state of its own: the machine's configuration stays untouched, its mirror is used,
and every signature is verified against Debian's keyring. No rights are needed.
"""

import os
import pwd
import shutil
import subprocess
import tarfile
from collections.abc import Callable, Iterable
from pathlib import Path

from .progress import SetupError, run

KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")


def require() -> str:
    """Return the code name of this Debian, such as "trixie".

    :raises SetupError: when the machine is no Debian
    """
    facts = {}
    if Path("/etc/os-release").is_file():
        for line in Path("/etc/os-release").read_text().splitlines():
            key, _, value = line.partition("=")
            facts[key] = value.strip('"')
    if facts.get("ID") != "debian" or not KEYRING.is_file() or not shutil.which("apt-get"):
        raise SetupError("Debian's packages need a Debian")
    return facts.get("VERSION_CODENAME", "sid")


def download(folder: Path, *, sid: Iterable[str] = (), release: Iterable[str] = ()) -> list[Path]:
    """Fetch packages into a folder that must not exist yet; return the files.

    :param sid: names of packages to be taken from Debian's suite sid
    :param release: names of packages to be taken from the machine's own release
    """
    codename = require()
    folder.mkdir(parents=True)
    state = folder / "apt"
    suites = dict.fromkeys([*(["sid"] if sid else []), codename])
    apt = _private_apt(state, codename, suites)
    wanted = [f"{name}/sid" for name in sid] + [f"{name}/{codename}" for name in release]
    run([*apt, "update"], "apt could not read Debian's package lists", log="apt-download")
    failure = f"apt could not fetch {wanted[0]}"
    run([*apt, "download", *wanted], failure, log="apt-download", cwd=folder)
    shutil.rmtree(state)
    return sorted(folder.glob("*.deb"))


def unpack(archive: Path, root: Path, wanted: Callable[[str], bool] = lambda name: True) -> None:
    """Unpack a package below a folder.

    :param wanted: decides by a file's path, such as "usr/bin/tcc", whether it is unpacked
    """
    root.mkdir(parents=True, exist_ok=True)
    command = ["dpkg-deb", "--fsys-tarfile", archive]
    with (
        subprocess.Popen(command, stdout=subprocess.PIPE) as reader,
        tarfile.open(fileobj=reader.stdout, mode="r|") as files,
    ):
        # The packages are signed. (Python 3.11.2, that of Debian 12, knows no argument "filter".)
        files.extraction_filter = lambda member, _target: member
        for member in files:
            if wanted(member.name.removeprefix("./")):
                files.extract(member, root)
    if reader.returncode:
        raise SetupError(f"dpkg-deb could not read {archive.name}")


def _private_apt(state: Path, codename: str, suites: Iterable[str]) -> list[str]:
    """Return the start of an apt-get command whose state, cache and sources are its own."""
    listing = run(
        ["apt-get", "indextargets", "--format", "$(SITE)|$(RELEASE)", "Created-By: Packages"],
        "apt knows no mirror",
    )
    sites = [line.split("|")[0] for line in listing.splitlines() if line.endswith(f"|{codename}")]
    if not sites:
        raise SetupError("apt knows no mirror of Debian")
    (state / "lists/partial").mkdir(parents=True)
    (state / "cache/archives/partial").mkdir(parents=True)
    (state / "status").touch()
    sources = "".join(f"deb [signed-by={KEYRING}] {sites[0]} {suite} main\n" for suite in suites)
    (state / "sources.list").write_text(sources)
    settings = {
        "Dir::State": state,
        "Dir::State::status": state / "status",
        "Dir::State::lists": state / "lists",
        "Dir::Cache": state / "cache",
        "Dir::Etc::sourcelist": state / "sources.list",
        "Dir::Etc::sourceparts": "/dev/null",
        "Dir::Etc::preferences": "/dev/null",
        "Dir::Etc::preferencesparts": "/dev/null",
        "Acquire::Languages": "none",
        "APT::Sandbox::User": pwd.getpwuid(os.getuid()).pw_name,
    }
    return ["apt-get", "-qq", *(f"-o{key}={value}" for key, value in settings.items())]
