"""What holds for a whole company: contact hours, place, bank data, limits by law, classes of payers, pauses.

It may use common/ and `dunning/`; it knows no ruler and no debtor.
Entry: `_collection_calendar(hours, key)` says when customers of one place may be contacted, and
`_collection_today()` which day it is.
"""

from . import account_payment_method_line
from . import res_company
from . import contact_hours
from . import collection_contact_limit
from . import payer_thresholds
from . import res_config_settings
