pub fn library_function() {}
