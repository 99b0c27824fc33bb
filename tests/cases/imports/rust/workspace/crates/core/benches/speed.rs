extern crate parts;
