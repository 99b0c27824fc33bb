namespace Stock.Units;

public enum Unit { Piece, Gram }

/// <summary>So many of a unit.</summary>
public readonly record struct Amount(long Count, Unit Unit)
{
    public static Amount operator +(Amount left, Amount right) =>
        left.Unit == right.Unit
            ? left with { Count = left.Count + right.Count }
            : throw new StockException($"{left.Unit} and {right.Unit} do not add up");

    public static Amount operator -(Amount amount) => amount with { Count = -amount.Count };
}
