include!("table.in");
