"""The two doors that a message passes, and what comes back by mail.

They may use everything above them, and ask `dunning/` anew what was decided before. Entry methods: door 1
is ``collection.door`` (`_lock`, `_check`, `_apply`), door 2 ``collection.gateway`` (`_hand_over`);
``mail.mail`` and ``ir.mail_server`` lead Odoo's own queue through it.
"""

from . import collection_door
from . import collection_gateway
from . import incoming_mail
from . import ir_mail_server
from . import mail_mail
from . import test_mode
