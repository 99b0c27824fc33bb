namespace Shop.Model
{
    public class Address
    {
        public const string Empty = "";
    }
}
