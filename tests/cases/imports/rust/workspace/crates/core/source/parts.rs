pub mod wheel;
mod hidden;
pub use hidden::spoke;
pub use self::wheel::Wheel;
#[macro_use]
mod macros;
