import json
import types
