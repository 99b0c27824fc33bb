use crate::spoke::Spoke;
use serde::Serialize;
pub struct Wheel(Spoke);
pub fn turn() { turn_all!(); println!(); }
