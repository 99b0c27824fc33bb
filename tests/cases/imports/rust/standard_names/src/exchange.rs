use crate::prelude::*;
// Not the private module behind the glob.
use core::mem::swap;

pub fn exchange(one: &mut Slot, other: &mut Slot) {
    swap(&mut one.0, &mut other.0);
    assert!(one.0 < alloc_free::LIMIT && other.0 < core::usize::MAX);
}
