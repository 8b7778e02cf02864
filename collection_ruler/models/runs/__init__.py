"""When the verbs run: who comes first, how far a run is, what is tried again, and who hears that none came.

Uses all packages before it. Entry: the scheduled actions `collection.run._cron_follow_up`, `_cron_help`
and `_cron_watch`; beside door 2, only `collection.batch` and `collection.run` commit.
"""

from . import batches
from . import collection_run
from . import collection_run_line
from . import progress
from . import watch
