from . import collection_debtor
from . import collection_hold
from . import collection_blackout
from . import collection_debtor_refresh
from . import collection_recipients
from . import payer_profile
from . import res_partner
