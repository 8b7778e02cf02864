"""When the verbs run: who comes first, how far a run is, what is tried again, and who hears that none came.

Uses all packages before it. Entry: the scheduled actions `collection.run._cron_follow_up`, `_cron_help`
and `_cron_watch`; beside door 2, only `collection.batch` and `collection.run` commit.

- **A run is a row**, with a line per verb: looked at, done, left out and why, failed, seconds. The
  scheduler interrupts a long run and calls again; the row says at which verb it goes on.
- **It names the batch under way**, committed before the batch. A process that dies over a message (a
  template that never ends) leaves the name behind: the next call does that batch first, in ever smaller
  parts, until the culprit is alone and is left to a person.
- **A second scheduler** (`ir_cron_help`) is called where there is much to do, and has a run of its own. It
  ships switched off, since below some ten thousand messages a day nobody needs it.
- **The watch** is a scheduled action of its own: a run that failed, or did not come for a day, is a task.
"""

from . import batches
from . import collection_run
from . import collection_run_line
from . import progress
from . import watch
