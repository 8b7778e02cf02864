from . import account_move_send
from . import email
