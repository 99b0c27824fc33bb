import logging
import json
from . import logging as ours
import platform
from pkg import types
