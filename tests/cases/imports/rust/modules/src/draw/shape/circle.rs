use crate::placed::Place;
