mod options;
#[cfg_attr(windows, path = "page/windows.rs")]
#[cfg_attr(not(windows), path = "page/plain.rs")]
mod page;

use std::io::{self, Read};
use std::process::ExitCode;

use options::Options;

fn main() -> ExitCode {
    let options = match Options::from_words(std::env::args().skip(1)) {
        Ok(options) => options,
        Err(word) => {
            eprintln!("unknown: {word}\n{}", include_str!("usage.txt"));
            return ExitCode::from(2);
        }
    };
    let mut text = String::new();
    if let Err(error) = io::stdin().read_to_string(&mut text) {
        eprintln!("{error}");
        return ExitCode::FAILURE;
    }
    let html = light_markup::render(&text);
    print!("{}", if options.whole_page { page::around(&html) } else { html });
    ExitCode::SUCCESS
}
