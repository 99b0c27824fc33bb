extern crate helper as help;
mod first;
mod second;
