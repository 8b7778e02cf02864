from . import account_payment_method_line
from . import res_company
from . import contact_hours
from . import collection_contact_limit
from . import payer_thresholds
from . import res_config_settings
