#[macro_use]
mod macros;
mod hidden;
mod search;
mod speaker;

#[macro_use]
mod inline {
    macro_rules! twice {
        ($value:expr) => {
            $value + $value
        };
    }
}

mod apart {
    macro_rules! thrice {
        ($value:expr) => {
            $value + $value + $value
        };
    }
}

fn search(times: usize) -> usize {
    twice!(times)
}

fn main() {
    speaker::speak();
}
