using Elsewhere;

namespace Outer.Inner;

// The namespace itself comes before those around it and before usings.
class Nearest
{
    Node node;
}
