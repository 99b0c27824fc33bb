// Adds.
macro_rules! add {
    ($left:expr, $right:expr) => {
        $crate::math::add($left, other::<u8>($right)) + BASE
    };
}

fn run(items: &[u8]) {
    assert_eq!(add!(1, items.len()), crate::math::total(items), "{}", Formatter::new().show);
    let all = vec![items[0], module::make(FIRST)];
    log::info!("{}", all);
}

thread_local! {
    static CACHE: Cache = Cache::new();
}
