from . import collection_coverage
