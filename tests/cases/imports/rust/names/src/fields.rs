struct Holder { round: u8 }

fn read(shape: &Holder) -> u8 {
    use crate::shape::Shape;
    let unix = shape;
    unix.round + shape.round + Shape::default().round
}
