from .. import both
