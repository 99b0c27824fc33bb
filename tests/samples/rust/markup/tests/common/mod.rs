pub fn lines(text: &str) -> Vec<&str> {
    text.lines().collect()
}
