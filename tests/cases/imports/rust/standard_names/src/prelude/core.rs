pub struct Slot(pub usize);
