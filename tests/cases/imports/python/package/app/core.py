import json
import app.util
from app import data, util, version
from .deep import *
from .deep.bottom import leaf as renamed
import app.nothing
from .nothing import x


def run():
    from . import late

    return app.util, data, util, version, late, renamed, x
