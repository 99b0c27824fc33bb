use super::draw::{self, shape};
use shapes_app::library_function as function;
