namespace System
{
    class Span { }
}
