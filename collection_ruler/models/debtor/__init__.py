"""Who owes: the customer's page, holds, dates to avoid, credits, payer profile, and whom to write to.

It may use common/, company/, ruler/, instalment/ and `dunning/`.
Entry: `collection.recipients` says who gets a message, `_calendar()` when they may be contacted,
`collection.conversation` what a reply, an answer of ours or a bounce changes.
"""

from . import collection_debtor
from . import contact_calendar
from . import collection_hold
from . import collection_blackout
from . import collection_debtor_refresh
from . import collection_recipients
from . import collection_conversation
from . import payer_profile
from . import res_partner
