mod common;

use light_markup::render;

#[test]
fn a_text_becomes_html() {
    assert_eq!(
        common::lines(&render("# Hello\n\nA *very* _soft_\n1 < 2\n\n- one\n- two\n")),
        [
            "<h1>Hello</h1>",
            "<p>A <strong>very</strong> <em>soft</em> 1 &lt; 2</p>",
            "<ul><li>one</li><li>two</li></ul>",
        ]
    );
}

#[test]
fn a_mark_alone_is_text() {
    assert_eq!(
        light_markup::spans("2 * 3"),
        [light_markup::Span::Plain("2 * 3".to_string())]
    );
}
