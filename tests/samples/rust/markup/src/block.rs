use crate::inline::{self, Span};

/// A part of a text that stands on lines of its own.
#[derive(Debug, Clone, PartialEq)]
pub enum Block {
    Heading { level: usize, spans: Vec<Span> },
    List(Vec<Vec<Span>>),
    Paragraph(Vec<Span>),
}

const DEEPEST_HEADING: usize = 6;

/// The blocks of a text; empty lines part them.
pub fn blocks(text: &str) -> Vec<Block> {
    let mut found = Vec::new();
    let mut lines: Vec<&str> = Vec::new();
    for line in text.lines().chain([""]) {
        if !line.trim().is_empty() {
            lines.push(line.trim());
        } else if !lines.is_empty() {
            found.push(block(&lines));
            lines.clear();
        }
    }
    found
}

fn block(lines: &[&str]) -> Block {
    if let [line] = lines {
        if let Some((level, rest)) = heading(line) {
            return Block::Heading {
                level,
                spans: inline::spans(rest),
            };
        }
    }
    let items: Option<Vec<_>> = lines.iter().map(|line| line.strip_prefix("- ")).collect();
    match items {
        Some(items) => Block::List(items.into_iter().map(inline::spans).collect()),
        None => Block::Paragraph(inline::spans(&lines.join(" "))),
    }
}

fn heading(line: &str) -> Option<(usize, &str)> {
    let rest = line.trim_start_matches('#');
    let level = line.len() - rest.len();
    (1..=DEEPEST_HEADING)
        .contains(&level)
        .then(|| (level, rest.trim_start()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seven_marks_are_no_heading() {
        assert_eq!(heading("## two"), Some((2, "two")));
        assert_eq!(heading("####### seven"), None);
    }
}
