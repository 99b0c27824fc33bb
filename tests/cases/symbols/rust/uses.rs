#[macro_use]
extern crate log;
extern crate serde as codec;

use std::{fmt, io::{self, Read as _, Write}};
use crate::a::{b::C, d::{self, E as F}, g::*};
pub(crate) use self::inner::Thing;
pub use super::super::x;
use ::serde::Deserialize;
use plain;
use plain as other;
use crate;

mod first;
#[cfg(unix)]
mod second;
#[path = "impl/third.rs"]
pub mod third;
#[cfg_attr(windows, path = "windows.rs")]
mod fourth;
mod r#type;

cfg_if::cfg_if! {
    if #[cfg(unix)] {
        mod unix;
        pub use self::unix::open;
    } else {
        mod other_system;
    }
}

when_enabled! {
    pub mod enabled;
    pub fn only_enabled() -> u8 { first::value() }
}

include!("generated.rs");
const TEXT: &str = include_str!("../text.txt");

fn late() {
    use crate::late::Thing;
    include!(concat!(env!("OUT_DIR"), "/built.rs"));
}
