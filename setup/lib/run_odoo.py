"""Runs the provisioned Odoo; see setup/odoo."""

import os
import sys

from provision import everything, progress


def main() -> None:
    with progress.plain_errors():
        odoo = everything.ensure()
    command = odoo.command(*sys.argv[1:])
    os.execve(command[0], command, odoo.environment())


if __name__ == "__main__":
    main()
