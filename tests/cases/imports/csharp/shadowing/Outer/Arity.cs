namespace Outer;

class Arity
{
    Result<int> result;
}
