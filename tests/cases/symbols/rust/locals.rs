fn parameters(first: &str, (second, third): (i32, i32), Point { x, y: why }: Point) {
    let first = shadow(first);
    let config = config();
    use_them(second + third + x + why + y);
    if let Some(value) = option {
        value.call::<Kind>();
    } else if let Err(error) = result(&first) {
        report(error);
    }
    for (index, item) in items.iter().enumerate() {
        println!("{} {}", index, outside);
    }
    match first {
        "a" => One,
        name @ "b" => name,
        Kind::Sized(size) if size > LIMIT => size,
        Shape { name, .. } => name,
        NONE => missing,
    };
    let add = |left: u8, (right, _)| left + right + outside;
    while let Some(top) = stack.pop() {
        top;
    }
    let built = Built { field: first, config, ..Default::default() };
    crate::a::b::function(<Foo as Trait>::make(), Self::NAME, super::CONSTANT);
    let text: generic::Type<Inner> = self.field.method();
    'outer: loop {
        break 'outer;
    }
}

fn generic<T: Clone, const N: usize>(value: T) -> [T; N] {
    N.into(value)
}
