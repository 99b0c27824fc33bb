namespace Desk;

public static partial class Drawer
{
    internal static void Measure() { }

    public class Scale { }
}
