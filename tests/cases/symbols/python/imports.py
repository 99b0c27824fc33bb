from __future__ import annotations, division
import os, a.b as ab, \
    a . c
from .. util import (
    one,  # the first
    two as second,
)
from . import *
from ...  import up
import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types_only import A
    if A:
        import deeper
elif os.name == "nt":
    import windows
else:
    import elsewhere
if not TYPE_CHECKING:
    import at_run_time
try:
    import fast as speed
except ImportError:
    speed = None
while True:
    import looping
with open("x"):
    import opened

plugin = importlib.import_module("plugins.first")
importlib.import_module(".sibling", __package__)
importlib.import_module("..cousin", package="a.b.c")
__import__("old.style")
importlib.import_module(f"plugins.{plugin}")
importlib.import_module("not a module")
importlib.import_module("./x")


class Late:
    import inside

    def method(self):
        import lazily
        from lazily import part

        return lazily, part, speed, inside


import
from x import
from é import ñ
