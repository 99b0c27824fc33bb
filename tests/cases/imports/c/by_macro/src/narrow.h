int narrow;
