namespace Desk;

class Nested
{
    // A type inside of nine parts, and none of their members: the part it is in.
    Drawer.Scale scale = new Drawer.Scale();
}
