using Shop.Core;
using Shop.Core.Text;

namespace Shop.Web;

class Page
{
    Core core;
    Table table;

    string Title() => "page".Shout();

    // The global using is that of another project.
    Tool tool;
}
