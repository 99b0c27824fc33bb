namespace Stock.Commands;

/// <summary>A line that changes the shelf: <c>put tea 250g</c>, <c>take tea 10g</c>.</summary>
public abstract class Command
{
    protected Command(string name, Amount amount)
    {
        Name = name;
        Amount = amount;
    }

    protected string Name { get; }

    protected Amount Amount { get; }

    public static Command Parse(string line) => line.Split(' ') switch
    {
        ["put", var name, var amount] => new Put(name, AmountText.Read(amount)),
        ["take", var name, var amount] => new Take(name, AmountText.Read(amount)),
        _ => throw new StockException("put or take NAME AMOUNT"),
    };

    public abstract void Run(Shelf shelf);
}
