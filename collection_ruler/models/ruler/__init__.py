"""The dunning plan as people draw it: rulers, their steps and stages, and which invoices a ruler takes.

It may use common/, company/ and `dunning/`; what a ruler says, and when, is decided elsewhere.
Entry: `_to_ladder()` gives a ruler as plain Python, `_match()` the invoices that it takes as SQL.

- **A condition is its words and its SQL side by side** (`matching.py`). Enrol asks all rulers in one
  statement, and "why this ruler" on an invoice asks the very conditions that chose it.
- **Two people at one ruler**: the form names the edition that it shows; `write` refuses an older one and
  says who changed it. Code that writes without an edition is not asked.
"""

from . import collection_stage
from . import collection_payer_class
from . import collection_claim
from . import collection_ruler
from . import collection_smallest_amount
from . import collection_ruler_step
from . import collection_database
from . import collection_manager_task
from . import matching
from . import step_history
