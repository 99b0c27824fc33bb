from acme import mill
from acme.mill.drill import turn
from . import bits
