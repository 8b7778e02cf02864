"""A world of its own for Odoo: a clock that can be set, mail that arrives, servers to be killed.

`World` puts together the parts `Clock`, `Cluster`, `MailServer` and `OdooServer`:

    with World("demo", odoo) as world:
        world.clock.set(datetime(2026, 3, 2, 6, 0, tzinfo=UTC))
        database = world.create_database("demo")
        server = world.serve(database)
        server.tick(datetime(2026, 3, 2, 9, 0, tzinfo=UTC))
        world.mail.received
"""

from .clock import Clock
from .cluster import Cluster
from .mail_server import Behaviour, MailServer, Received
from .odoo_server import NotQuiet, OdooServer, RpcError
from .world import World

__all__ = [
    "Behaviour",
    "Clock",
    "Cluster",
    "MailServer",
    "NotQuiet",
    "OdooServer",
    "Received",
    "RpcError",
    "World",
]
