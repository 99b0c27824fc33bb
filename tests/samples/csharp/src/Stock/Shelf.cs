namespace Stock;

/// <summary>What there is.</summary>
public partial class Shelf
{
    private readonly Dictionary<string, Item> items = new();

    public IReadOnlyCollection<Item> Items => items.Values;

    public void Put(string name, Amount amount)
    {
        var before = items.TryGetValue(name, out var item) ? item.Amount : amount with { Count = 0 };
        items[name] = new Item(name, Checked(name, before + amount));
    }
}
