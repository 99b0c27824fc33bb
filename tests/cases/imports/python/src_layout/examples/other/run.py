import thing, logging
