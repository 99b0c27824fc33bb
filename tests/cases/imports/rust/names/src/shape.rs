pub mod round;
pub struct Shape;
