//! Blocks as HTML.

mod escape;

use self::escape::escaped;
use crate::{Block, Span};

pub fn block(block: &Block) -> String {
    let line = match block {
        Block::Heading { level, spans } => element!(format_args!("h{level}"), "{}", line(spans)),
        Block::Paragraph(spans) => element!("p", "{}", line(spans)),
        Block::List(items) => {
            let items: String = items.iter().map(|item| element!("li", "{}", line(item))).collect();
            element!("ul", "{}", items)
        }
    };
    line + "\n"
}

fn line(spans: &[Span]) -> String {
    spans.iter().map(span).collect()
}

fn span(span: &Span) -> String {
    match span {
        Span::Plain(text) => escaped(text),
        Span::Strong(text) => element!("strong", "{}", escaped(text)),
        Span::Soft(text) => element!("em", "{}", escape::escaped(text)),
    }
}
