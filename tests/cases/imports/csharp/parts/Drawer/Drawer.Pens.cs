namespace Desk;

public static partial class Drawer
{
    public static void Write() => Open();

    public static void Write<T>(T what) => Sharpen();
}
