from pkg import both
