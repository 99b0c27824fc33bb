namespace Desk;

public static partial class Drawer
{
    public static void Open() { }
}
