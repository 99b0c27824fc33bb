use crate::one;

pub fn before() {}

fn broken( {
    let x = ;
}

mod two;

pub struct Kept {
    field: u8,
}

impl Kept {
    fn method(&self) -> u8 {
        before();
        self.field
    }
