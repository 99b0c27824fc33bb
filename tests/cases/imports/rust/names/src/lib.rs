cfg_if::cfg_if! {
    if #[cfg(unix)] {
        mod unix;
        use self::unix as system;
    } else {
        #[path = "other.rs"]
        mod system;
    }
}
mod prelude;
mod user;
mod shape;
mod fields;
