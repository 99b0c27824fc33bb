mod args;
mod draw;
#[path = "odd/place.rs"]
mod placed;
mod inline {
    mod inside;
    #[path = "thread.rs"]
    mod local;
}
#[cfg(windows)]
mod windows;
mod r#type;
mod missing;

fn main() {
    let args = args::parse();
    draw::shape::circle::draw(args);
    shapes_app::library_function();
}
