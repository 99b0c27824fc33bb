macro_rules! turn_all { () => { $crate::wheel::turn() }; }
