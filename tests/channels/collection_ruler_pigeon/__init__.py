from . import pigeon
