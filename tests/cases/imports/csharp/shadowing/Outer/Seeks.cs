namespace Outer;

class Seeks
{
    Hidden hidden;
}
