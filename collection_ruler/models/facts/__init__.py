from . import collection_snapshot
from . import collection_failed_addresses
from . import forecast
