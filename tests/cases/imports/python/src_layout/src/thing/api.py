import helpers
import conftest
from thing import models
