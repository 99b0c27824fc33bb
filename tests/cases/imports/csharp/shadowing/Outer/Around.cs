using Elsewhere;

namespace Outer;

class Around
{
    Node node;
    Leaf leaf;
}
