"""Who owes: the customer's page, holds, dates to avoid, credits, payer profile, and whom to write to.

It may use common/, company/, ruler/, instalment/ and `dunning/`.
Entry: `collection.recipients` says who gets a message, `_calendar()` when they may be contacted,
`collection.conversation` what a reply, an answer of ours or a bounce changes.

- **A hold** is a pause that somebody sets, or that a reply sets, for one customer or some of their
  instalments. Handing over is one with a name (`origin` `handover`, `agency_id`): silence, stage and taking
  back are those of any other.
- **A reply silences until somebody has answered it**, or has ended its hold; `dunning/replies.py` says how
  long that may take. Then a manager is asked, and messages want approval as long as nobody answers.
- **Dates to avoid and the best time** move the instant of one customer's messages, and no cut-off.
- **A conversation is a follow-up** of purpose `talk`: a call or meeting that a collector ticks off on the
  debtor, or a message written there. It counts as a contact and silences the ruler for some days; whether
  anybody picked up the telephone is not known.
- **Payer profiles** are shown and matched by; no template may use them (C7).
"""

from . import collection_debtor
from . import contact_calendar
from . import collection_hold
from . import waiting_replies
from . import collection_blackout
from . import collection_debtor_refresh
from . import collection_recipients
from . import collection_conversation
from . import composer
from . import mail_compose_message
from . import mail_scheduled_message
from . import mail_activity
from . import payer_profile
from . import res_partner
