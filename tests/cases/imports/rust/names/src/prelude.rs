pub use crate::shape::{self, round};
pub use super::user::*;
