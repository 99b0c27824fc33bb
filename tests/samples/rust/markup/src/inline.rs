/// A piece of a line.
#[derive(Debug, Clone, PartialEq)]
pub enum Span {
    Plain(String),
    Strong(String),
    Soft(String),
}

/// The pieces of a line; a mark without its partner is plain text.
pub fn spans(line: &str) -> Vec<Span> {
    let mut found = Vec::new();
    let mut rest = line;
    while let Some(start) = rest.find(['*', '_']) {
        let (before, marked) = rest.split_at(start);
        let mark = &marked[..1];
        let Some(length) = marked[1..].find(mark) else {
            break;
        };
        push_plain(&mut found, before);
        let inside = marked[1..=length].to_string();
        found.push(match mark {
            "*" => Span::Strong(inside),
            _ => Span::Soft(inside),
        });
        rest = &marked[length + 2..];
    }
    push_plain(&mut found, rest);
    found
}

fn push_plain(found: &mut Vec<Span>, text: &str) {
    if !text.is_empty() {
        found.push(Span::Plain(text.to_string()));
    }
}
