#![doc = include_str!("../README.md")]

#[cfg_attr(feature = "notes", doc = include_str!("../../notes/render.md"))]
pub mod render;

pub const RATES: &str = std::include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/data/rates.csv"));
pub static LOGO: &[u8] = include_bytes!(r"logo.bin");

pub fn usage() {
    println!("{}\n{}", "usage:", include_str!("usage.txt").trim());
    assert!(matches(&[include_str!(r#"../data/plain.txt"#), "include_str!(\"none.txt\")"],));
}

include!(concat!(env!("OUT_DIR"), "/data/rates.csv"));
const NOT_OURS: &str = include_str!("/ledger/src/none.txt");
