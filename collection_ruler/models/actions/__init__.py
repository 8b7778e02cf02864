from . import account_move_line
from . import activation
from . import collection_board
from . import collection_refresh_now
from . import collection_rescheduling
