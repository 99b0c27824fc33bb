pub mod shape;
include!("table.rs");
const TEXT: &str = include_str!("../../README.md");
