mod common;
use shapes_app::library_function;
