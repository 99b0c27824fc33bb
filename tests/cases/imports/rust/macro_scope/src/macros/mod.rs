#[macro_use]
mod inner;

macro_rules! say {
    ($text:expr) => {
        whisper!($text)
    };
}
