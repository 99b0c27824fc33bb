mod part;
fn main() { part::run(::shapes_app::library_function()) }
