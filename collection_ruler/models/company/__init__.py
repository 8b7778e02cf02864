"""What holds for a whole company: contact hours, place, bank data, limits by law, classes of payers, pauses.

It imports common/ and `dunning/`, and nothing of rulers or debtors.
Entry: `_collection_calendar(hours, key)` says when customers of one place may be contacted, and
`_collection_today()` which day it is.

- **A calendar key is a place**: time zones, country, state (`dunning/places.py`). It stands on the debtor,
  each run of enrol brings it up to date from the address, and instalments carry a copy for the planner's
  index. So customers of one place share all cut-offs: hours by their clock, holidays and weekends of both
  sides.
- **A time zone that contradicts the address is not believed**: Odoo gives each new contact the zone of
  whoever typed it in. Where the address leaves several, the hours have to hold in all; at home the
  company's clock is taken. Where no hour is left a person is asked: nothing is sent at a guess.
- **Limits on contact hours** narrow the hours of one channel. Days and cut-offs stay those of the contact
  hours, so a step whose channel is closed waits (`closed`). Laws are data with a source, and nobody changes
  them; what a company adds only narrows. Invoices and thanks keep the contact hours alone: they ask nobody
  to pay late.
- **Days that money takes** stand at the method of payment in its journal, else at the company.
"""

from . import account_payment_method_line
from . import res_company
from . import contact_hours
from . import collection_contact_limit
from . import payer_thresholds
from . import res_config_settings
