"""What people read: the banner of a debtor, the ruler drawn, Today and its outgoing, previews and samples.

It may use every other package of the models, and is imported by wizards only; it decides nothing, and puts
into words what `dunning/` and the ledger say.
What comes next is asked of `collection.outlook._of`, by all of them. Entry methods:
`collection.banner._say`, `collection.ruler.line._draw`, `collection.outgoing._look`,
`collection.why.ruler._say`, `collection.today.tiles`. The fields that ask them are `banner.py`,
`instalment_columns.py`, `outgoing.py` and `why_this_ruler.py`; the rest are their helpers.

- **The drawn ruler is one field with two views**: Odoo's list, and the line above it
  (`static/src/ruler_line`), show the same records, so saving and discarding are Odoo's.
- **The small line** on instalment, debtor and invoice has no stored value and no dependencies: payments do
  not pay for it. It tells what comes if nobody pays; what is said is decided on the day.
- **Skipped for today** is a reason and a later instant. The step stays consumed, so its place is kept; it
  counts as no contact while it waits, and Today counts it no longer.
- **Samples** are written about a posted invoice that is rolled back, so that words, tables and links are
  real.
"""

from . import collection_banner
from . import collection_explanation
from . import collection_outgoing
from . import collection_outlook
from . import collection_ruler_line
from . import collection_ruler_line_owner
from . import collection_today
from . import collection_why_ruler
from . import banner
from . import instalment_columns
from . import outgoing
from . import collection_message_preview
from . import collection_next_message
from . import collection_sample
from . import why_this_ruler
