namespace Shop.Net
{
    using Disk;

    // Disk is seen from the namespace around: Shop.Disk.
    class Remote : IStore { }
}
