/// An element around what is formatted: `element!("p", "{}", 1)` is `<p>1</p>`.
macro_rules! element {
    ($name:expr, $($arguments:tt)*) => {
        format!("<{0}>{1}</{0}>", $name, format_args!($($arguments)*))
    };
}
