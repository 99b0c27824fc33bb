using Stock;
using Stock.Commands;
using static Stock.Text.Layout;

var shelf = new Shelf();
foreach (var line in args)
{
    try
    {
        Command command = Command.Parse(line);
        command.Run(shelf);
    }
    catch (StockException problem)
    {
        Console.Error.WriteLine($"{line}: {problem.Message}");
    }
}
Console.WriteLine(Columns(shelf.Items, item => item.Name, item => item.Amount.Shown()));
