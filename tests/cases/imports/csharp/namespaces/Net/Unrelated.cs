namespace Shop.Net
{
    class Unrelated
    {
        // No using: neither IStore nor Words can be meant.
        object IStore, Words;
    }
}
