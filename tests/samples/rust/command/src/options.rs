/// What the words behind the command ask for.
#[derive(Debug, Default, PartialEq)]
pub struct Options {
    pub whole_page: bool,
}

impl Options {
    /// The first unknown word is the error.
    pub fn from_words(words: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut options = Self::default();
        for word in words {
            match word.as_str() {
                "--page" => options.whole_page = true,
                _ => return Err(word),
            }
        }
        Ok(options)
    }
}
