use super::prelude::*;

pub fn user() {
    round::area();
    assert!(shape::Shape::new() == crate::unix::files::open());
}
