from . import collection_instalment
from . import account_move
from . import collection_settlement
