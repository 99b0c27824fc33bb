pub mod deep;
use self::deep::Deep;
pub struct Thing;
