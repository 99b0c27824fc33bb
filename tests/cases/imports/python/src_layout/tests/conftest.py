import helpers
import thing.api
