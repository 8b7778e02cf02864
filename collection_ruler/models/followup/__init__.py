from . import collection_followup
from . import collection_followup_item
from . import pairs
from . import outbox
from . import thanks
