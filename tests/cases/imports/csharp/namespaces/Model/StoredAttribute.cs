namespace Shop.Model
{
    class StoredAttribute : System.Attribute { }
}
