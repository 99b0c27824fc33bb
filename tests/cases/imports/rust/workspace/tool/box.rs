mod helper;
fn main() { paint::paint(); let wheel = 1; wheel.turn(); parts::nothing(); }
