namespace Outer.Inner;

public class Holder
{
    public class Part { }
}
