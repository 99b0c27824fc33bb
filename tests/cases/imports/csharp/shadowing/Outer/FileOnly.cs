namespace Outer;

file class Hidden { }
