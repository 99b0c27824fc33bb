pub mod circle;
mod square {
    use super::circle::draw;
    use super::super::super::args;
}
