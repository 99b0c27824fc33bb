from .... import above
from ..... import x
from ...etc.passwd import y
import requests
