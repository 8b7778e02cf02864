from . import collection_followup
from . import collection_followup_item
from . import collection_failure
from . import pairs
from . import outbox
from . import states
from . import thanks
