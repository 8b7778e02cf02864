from . import collection_snapshot
from . import failed_addresses
from . import forecast
