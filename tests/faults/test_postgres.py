"""A PostgreSQL that is restarted while the morning's work is done."""

import ledger
from office import MORNING, WRITTEN_TO


def test_postgres_restarted_in_the_middle(office):
    """Properly while messages are written, and as in a power cut while they leave.

    With a worker, and a supervisor who starts the server again: a thread ends for good when it finds no
    database, and so does a server that is about to start a worker then, an affair of Odoo's own.
    """
    cluster = office.world.cluster
    office.schedule(is_supervised=True)
    office.clock.set(MORNING)
    office.go_until(lambda: office.count("planned"))
    cluster.stop()
    cluster.start()
    office.go_until(lambda: len(office.mail.received) >= 5)
    cluster.kill()
    cluster.start()
    office.go_until(lambda: len(office.mail.received) >= 20)
    cluster.kill()
    cluster.start()
    office.go_until(lambda: len(office.mail.received) >= 21)
    office.settle()
    assert not ledger.broken(office)
    # the two that were under way
    assert office.count("sent") >= len(WRITTEN_TO) - 2
