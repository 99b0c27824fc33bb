import helpers
from thing.models import Model
