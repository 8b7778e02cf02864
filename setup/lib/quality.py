"""The linters; what they look for is configured in pyproject.toml."""

import subprocess

from provision import paths, python_env

BIN = python_env.QUALITY_VENV / "bin"

# Given here and not in pyproject.toml, since their order counts. Left out: README.rst is generated
# for a release only; one check takes module constants made by LazyTranslate for calls in methods;
# a model whose code is about several things is spread over several files on purpose.
PYLINT_CHECKS = (
    "--disable=all",
    "--enable=odoolint",
    "--disable=missing-readme,prefer-env-translation,consider-merging-classes-inherited",
)


def commands() -> dict[str, list]:
    """Return the linters' command lines by their names."""
    addons = [folder.name for folder in paths.addons()]
    return {
        "ruff check": [BIN / "ruff", "check", "--quiet", "."],
        "ruff format": [BIN / "ruff", "format", "--quiet", "--diff", "."],
        "pylint-odoo": [BIN / "pylint", "--rcfile=pyproject.toml", *PYLINT_CHECKS, *addons],
    }


def failures() -> list[str]:
    """Run the linters, let them print, and return the names of those that found something."""
    failed = []
    for name, command in commands().items():
        result = subprocess.run(command, cwd=paths.ROOT, stdin=subprocess.DEVNULL, check=False)
        print(f"{name}: {'failed' if result.returncode else 'clean'}", flush=True)
        if result.returncode:
            failed.append(name)
    return failed
