pub struct Found;
