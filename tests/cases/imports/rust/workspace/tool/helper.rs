use crate::main;
