namespace Shop.Web;

using Tools;

// Seen from Shop: Shop.Tools.
class Relative
{
    Hammer hammer;
}
