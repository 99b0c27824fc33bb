pub const LIMIT: usize = 8;
