namespace Desk;

class Uses
{
    // Nine parts: those that declare what is used.
    void Use()
    {
        Drawer.Fold();
        Drawer.Mark<int>(1);
    }
}
