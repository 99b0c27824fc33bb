use super::local::*;
