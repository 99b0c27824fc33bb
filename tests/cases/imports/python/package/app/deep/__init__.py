from . import bottom
