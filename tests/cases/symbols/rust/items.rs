//! Shapes.

use std::fmt;

/// Anything that can be drawn.
/// It has an area.
#[derive(Debug, Clone)]
pub struct Shape<'a, T: Bound>
where
    T: Default,
{
    /// What people call it.
    pub name: &'a str,
    inner: Vec<T>, // the rest
    last: crate::size::Size,
}

struct Unit;
pub struct Pair(pub i32, Other);

pub enum Kind {
    Plain,
    Sized(u8),
    Named { label: String } = 3,
}

union Bits {
    whole: u32,
}

pub trait Draw: fmt::Debug + Send {
    const SIDES: usize;
    type Out;
    fn draw(&self) -> Self::Out;
    // Twice.
    fn twice(&self) {
        self.draw();
    }
}

impl<'a, T: Bound> Draw for Shape<'a, T> {
    const SIDES: usize = LIMIT;
    type Out = i32;

    #[inline]
    fn draw(&self) -> i32 {
        self.name.len() as i32
    }
}

impl<T> crate::shapes::Shape<'_, T> {
    pub async fn new(name: &str) -> Self {
        Self { name, inner: Vec::new() }
    }
}

mod inner {
    pub(super) fn helper() {}

    #[cfg(test)]
    mod deep {
        use super::helper;
    }
}

pub mod elsewhere;

const LIMIT: usize = 3;
static mut COUNT: u32 = 0;
type Pairs = Vec<Pair>;

extern "C" {
    fn abs(value: i32) -> i32;
}

fn main() {
    #[derive(Default)]
    struct Local {
        field: i32,
    }
    fn nested() {}
    nested();
    let local = Local::default();
}
