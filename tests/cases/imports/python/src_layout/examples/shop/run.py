import thing
