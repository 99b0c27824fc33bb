macro_rules! whisper {
    ($text:expr) => {
        println!("{}", $text)
    };
}
