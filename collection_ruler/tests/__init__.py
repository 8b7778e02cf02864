from . import test_ruler
