namespace Shop.Core.Text;

public class Words { }

public static class WordExtensions
{
    public static string Shout(this string text) => text + "!";
}
