from . import collection_charge_issue
