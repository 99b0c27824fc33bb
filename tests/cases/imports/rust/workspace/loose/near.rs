use crate::near;
use super::main;
