"""Debian packages: the few things that cannot live in the project's own folder."""

import ctypes
import importlib.util
import os
import shutil
from pathlib import Path

from .progress import SetupError, run, step

# Shared libraries that the patched wkhtmltopdf is linked against, and who ships them.
LIBRARIES = {
    "libXrender.so.1": "libxrender1",
    "libXext.so.6": "libxext6",
    "libX11.so.6": "libx11-6",
    "libfreetype.so.6": "libfreetype6",
    "libjpeg.so.62": "libjpeg62-turbo",
}


def missing_packages() -> list[str]:
    """Return the Debian packages that every command needs and this machine lacks."""
    missing = [package for name, package in LIBRARIES.items() if not _loads(name)]
    if not shutil.which("fc-cache"):
        missing.append("fontconfig")
    if not importlib.util.find_spec("ensurepip"):
        missing.append("python3-venv")
    if not Path("/etc/ssl/certs/ca-certificates.crt").is_file() and not os.environ.get(
        "SSL_CERT_FILE"
    ):
        missing.append("ca-certificates")
    return missing


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def can_install() -> bool:
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def install(packages: list[str]) -> None:
    """Install Debian packages.

    :raises SetupError: when that is not allowed or fails; it names the command
    """
    if not packages:
        return
    names = " ".join(packages)
    if not can_install():
        raise SetupError(f"system packages are missing: sudo apt-get install {names}")
    with step(f"Debian packages: {names}"):
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        failure = f"could not install packages; try: apt-get update && apt-get install {names}"
        run(["apt-get", "-qq", "update"], failure, env=environment)
        run(
            ["apt-get", "-qq", "-y", "--no-install-recommends", "install", *packages],
            failure,
            log="apt",
            env=environment,
        )
