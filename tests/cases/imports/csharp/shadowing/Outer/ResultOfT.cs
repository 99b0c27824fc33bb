namespace Outer;

public class Result<T> { }
