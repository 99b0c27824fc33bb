from acme.lathe import bits
from acme.mill import holes
from . import holes as again
