namespace Shop
{
    class Settings { }
}
