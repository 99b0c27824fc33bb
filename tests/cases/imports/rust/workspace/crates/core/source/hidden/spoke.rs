pub struct Spoke;
