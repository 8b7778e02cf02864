"""The dunning plan as people draw it: rulers, their steps and stages, and which invoices a ruler takes.

It may use common/, company/ and `dunning/`; what a ruler says, and when, is decided elsewhere.
Entry: `_to_ladder()` gives a ruler as plain Python, `_match()` the invoices that it takes as SQL.
"""

from . import collection_stage
from . import collection_payer_class
from . import collection_ruler
from . import collection_ruler_step
from . import collection_database
from . import collection_manager_task
from . import matching
from . import step_history
