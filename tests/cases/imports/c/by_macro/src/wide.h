int wide;
