pub fn around(html: &str) -> String {
    format!("<!doctype html>\n{html}").replace('\n', "\r\n")
}
