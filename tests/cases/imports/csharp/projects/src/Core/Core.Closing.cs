namespace Shop.Core;

public partial class Core
{
    public void Close() { }
}
