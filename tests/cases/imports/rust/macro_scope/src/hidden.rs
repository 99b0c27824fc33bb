macro_rules! println {
    ($($all:tt)*) => {
        std::println!($($all)*)
    };
}

pub fn loud() {
    println!("HERE");
}
