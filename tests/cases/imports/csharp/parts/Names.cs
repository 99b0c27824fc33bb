namespace Desk;

class Names
{
    // Two parts, so both of them.
    object pair = typeof(Pair);
}
