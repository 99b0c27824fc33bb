import logging
from . import drill, logging as ours
