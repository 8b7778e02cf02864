"""Makes `import dunning` and the libraries of setup/ work without Odoo."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

for folder in (ROOT / "collection_ruler", ROOT / "setup" / "lib"):
    if str(folder) not in sys.path:
        sys.path.append(str(folder))


def pytest_addoption(parser):
    parser.addoption(
        "--long", action="store_true", help="play the faults for long: 200 kills instead of a dozen"
    )
