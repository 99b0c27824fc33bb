using Stock;
using Stock.Commands;
using Stock.Units;
using Item = Stock.Items.Item;

var shelf = new Shelf();
foreach (var line in new[] { "put tea 250g", "take tea 10g" })
{
    Command.Parse(line).Run(shelf);
}
if (!shelf.Items.SequenceEqual(new[] { new Item("tea", new Amount(240, Unit.Gram)) }))
{
    throw new InvalidOperationException("240 g of tea were expected");
}
Console.WriteLine(shelf.Items.Single().Amount.Shown());
