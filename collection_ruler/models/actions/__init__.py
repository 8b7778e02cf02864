from . import account_move_line
from . import activation
from . import board
from . import refresh_now
from . import rescheduling
