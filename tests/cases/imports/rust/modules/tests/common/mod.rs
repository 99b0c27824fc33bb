use std::env;
