namespace Outer;

class Inherits : Inner.Holder
{
    Part part;
}
