namespace Stock;

public partial class Shelf
{
    private static Amount Checked(string name, Amount amount) =>
        amount.Count >= 0 ? amount : throw new StockException($"there is not so much {name}");
}
