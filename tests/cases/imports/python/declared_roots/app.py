import one
from poem import line
import tall.brim
import common
