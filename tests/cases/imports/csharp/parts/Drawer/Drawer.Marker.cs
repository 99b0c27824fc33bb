namespace Desk;

public static partial class Drawer
{
    public static void Mark<T>(T what) => Write<T>(what);
}
