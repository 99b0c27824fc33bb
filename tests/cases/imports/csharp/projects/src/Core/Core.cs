namespace Shop.Core;

public partial class Core
{
    Tool tool;
    Words words;
    Grid grid;

    public void Open() => Close();
}
