class Uses
{
    Clock clock;
    Hammer hammer;
}
