from . import test_pigeon
