mod exchange;
mod prelude;
