using Elsewhere;

namespace Outer;

// The property hides the type of its name in expressions, but not in its own declaration.
class Property
{
    object Node => null;

    object First() => Node.ToString();
}
