#[path = "src/type.rs"]
mod kinds;
