from . import collection_ruler_activation
