pub mod spoke;
