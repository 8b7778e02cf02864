from . import collection_charge_rule
from . import collection_charge_rate
from . import collection_ruler_charge
from . import collection_charge
from . import collection_charge_count
from . import collection_charge_move
from . import collection_charge_words
from . import collection_charge_step
