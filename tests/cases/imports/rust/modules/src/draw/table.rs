mod of_table;
use self::shape::circle;
