//! A little markup language: headings, lists, paragraphs, `*strong*` and `_soft_` words.

#[macro_use]
mod macros;
mod block;
pub mod html;
mod inline;

pub use block::{blocks, Block};
pub use inline::{spans, Span};

/// Turns a text into HTML.
pub fn render(text: &str) -> String {
    blocks(text).iter().map(html::block).collect()
}
