from .native import run
from .typed import T
