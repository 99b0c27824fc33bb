from .. import util
from ..deep import here
from ... import app
from ...main import start
