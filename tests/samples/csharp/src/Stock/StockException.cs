namespace Stock;

/// <summary>Something that the shelf does not allow.</summary>
public class StockException : Exception
{
    public StockException(string message) : base(message) { }
}
