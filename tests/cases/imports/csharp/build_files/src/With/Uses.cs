class Uses
{
    Clock clock;
    Hammer hammer;
    Span span;
}
