"""Takes pictures of the screens; see setup/pictures."""

import argparse
import sys
from datetime import date, time, timedelta
from pathlib import Path

from provision import browser, everything, paths, progress

DAYS = 24
MORNING = time(
    8, 0
)  # before anybody is written to: what leaves that day stands there to be looked at


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
    parser.add_argument(
        "--dark",
        action="store_true",
        help="also NAME-WIDTH-dark.png of each, by OCA's add-on web_dark_mode",
    )
    options = parser.parse_args()
    with progress.plain_errors():
        odoo = everything.ensure()
        browser.ensure()
        return run(odoo, options)


def run(odoo, options) -> int:
    # these need the project's Python environment, which `ensure` entered
    from demo.simulation import Simulation, moment  # noqa: PLC0415
    from pictures import dark, screens  # noqa: PLC0415
    from world import World  # noqa: PLC0415
    from world.browser import Browser  # noqa: PLC0415

    options.folder.mkdir(parents=True, exist_ok=True)
    dark_addons = dark.ensure() if options.dark else None
    # the browser's clock is that of the machine: the last morning is not far from it
    last = date.today()
    while last.weekday() > 4:
        last -= timedelta(days=1)
    start = last - timedelta(days=options.days)
    with World("pictures", odoo) as world:
        simulation = Simulation(world, start)
        simulation.activate()
        for number in range(options.days - 1):
            simulation.play(start + timedelta(days=number + 1))
        server = simulation.server
        screens.prepare(server)
        server.tick(moment(last, MORNING))
        with Browser(paths.HOME / "pictures-profile") as chromium:
            names = screens.take(chromium, server, options.folder)
            if options.dark:
                dark.switch_on(server, dark_addons)
                names += screens.take(chromium, server, options.folder, "-dark")
    print(f"{len(names)} pictures are in {options.folder}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
