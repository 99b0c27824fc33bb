from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from a.typed import T
try:
    import a.fast as impl
except ImportError:
    import a.slow as impl


def load(name):
    import a.late

    import_module("a.plugins.first")
    import_module(".plugins.second", __package__)
    import_module(".third", package="a.plugins")
    __import__("a.old")
    import_module("a.plugins." + name)
    import_module(f"a.{name}")


from a import *
