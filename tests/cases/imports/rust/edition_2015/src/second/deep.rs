use first;
