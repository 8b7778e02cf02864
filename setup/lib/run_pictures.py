"""Takes pictures of the screens; see setup/pictures."""

import argparse
import sys
from datetime import date, timedelta
from pathlib import Path

from provision import browser, everything, paths, progress

# a Tuesday without holidays, so that the pictures change only with the product
LAST_DAY = date(2026, 3, 24)
DAYS = 24


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="setup/pictures", description="Take pictures of the screens from some played weeks."
    )
    parser.add_argument(
        "folder",
        nargs="?",
        type=Path,
        default=paths.HOME / "pictures",
        metavar="FOLDER",
        help="where they are written (default: pictures in .odoo)",
    )
    parser.add_argument(
        "--days", type=int, default=DAYS, metavar="N", help=f"how many days (default: {DAYS})"
    )
    options = parser.parse_args()
    with progress.plain_errors():
        odoo = everything.ensure()
        browser.ensure()
        return run(odoo, options)


def run(odoo, options) -> int:
    # these need the project's Python environment, which `ensure` entered
    from demo.simulation import Simulation  # noqa: PLC0415
    from pictures.browser import Browser  # noqa: PLC0415
    from pictures.screens import take  # noqa: PLC0415
    from world import World  # noqa: PLC0415

    options.folder.mkdir(parents=True, exist_ok=True)
    start = LAST_DAY - timedelta(days=options.days)
    with World("pictures", odoo) as world:
        simulation = Simulation(world, start)
        simulation.activate()
        for number in range(options.days):
            simulation.play(start + timedelta(days=number + 1))
        with Browser(paths.HOME / "pictures-profile") as chromium:
            names = take(chromium, simulation.server, options.folder)
    print(f"{len(names)} pictures are in {options.folder}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
