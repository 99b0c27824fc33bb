using Shop.Core;

class Uses
{
    Table table;
}
