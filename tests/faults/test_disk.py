"""A disk that has no room for the PDF of an invoice."""

import contextlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path

import ledger
from office import CUSTOMERS, MORNING, WRITTEN_TO, Office

from provision.configuration import Odoo

ATTACH = """
    UPDATE collection_ruler_step SET attach_invoice = true WHERE name->>'en_US' = 'A week before'
"""
HALF_STORED = "SELECT id FROM ir_attachment WHERE res_field = 'invoice_pdf_report_file'"
TOLD = "SELECT id FROM mail_activity WHERE active AND strpos(summary, 'PDF') > 0"
WITHOUT_PDF = [customer for customer in CUSTOMERS if customer.steps == ("A week before",)]
# in a mount namespace of its own, so that nothing is left behind: the folder $1 lies on a disk of $2
ON_A_SMALL_DISK = """
    set -e
    new="$1.disk"; mkdir -p "$new"
    mount -t tmpfs -o "size=$2,mode=755" tmpfs "$new"
    cp -a "$1/." "$new"
    mount --bind "$new" "$1"
    shift 2
    exec "$@"
"""


@dataclass(frozen=True)
class OnASmallDisk(Odoo):
    """An Odoo that sees the files of one database on a disk of its own."""

    database: str = ""
    size: str = "256m"

    def command(self, *arguments: object) -> list[str]:
        as_root = [] if os.getuid() == 0 else ["--user", "--map-root-user"]
        shell = ["unshare", *as_root, "--mount", "sh", "-c", ON_A_SMALL_DISK, "sh"]
        return [
            *shell,
            str(self.filestore / self.database),
            self.size,
            *super().command(*arguments),
        ]


def test_a_full_disk_holds_back_no_message(office):
    """They leave without the PDF that could not be stored, and somebody is told."""
    office.query(ATTACH)
    with small_disk(office) as disk:
        fill(disk / "filler")
        office.tick(MORNING)
        assert {message.recipients[0] for message in office.mail.received} == WRITTEN_TO
        assert not attached(office)
        assert not office.query(HALF_STORED)
        assert len(office.query(TOLD)) == len(WITHOUT_PDF)
        office.settle()
        assert not ledger.broken(office)


@contextmanager
def small_disk(office: Office) -> Iterator[Path]:
    """Start a server whose files are on a small disk; yields where that can be reached."""
    odoo = OnASmallDisk(
        **{field.name: getattr(office.world.odoo, field.name) for field in fields(Odoo)},
        database=office.database,
    )
    server = office.serve(odoo=odoo)
    yield Path(f"/proc/{server.process_id}/root{odoo.filestore / office.database}")


def fill(file: Path) -> None:
    """Write until there is no room for a single byte."""
    with open(file, "wb", buffering=0) as disk:
        for size in (1 << 20, 4096, 1):
            with contextlib.suppress(OSError):
                while True:
                    disk.write(bytes(size))


def attached(office: Office) -> set[str]:
    """Who got a file, whatever is in it."""
    return {
        message.recipients[0]
        for message in office.mail.received
        if list(message.message.iter_attachments())
    }
