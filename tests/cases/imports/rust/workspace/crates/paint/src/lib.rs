use parts::spoke::Spoke;
use parts::{wheel::*, Wheel};
pub fn paint() { inner::deep::run(); turn(); }
