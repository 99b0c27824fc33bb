mod core;
pub mod alloc_free;

pub use self::core::Slot;
