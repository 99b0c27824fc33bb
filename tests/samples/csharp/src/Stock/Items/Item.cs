namespace Stock.Items;

/// <summary>A kind of thing on the shelf, and how much of it there is.</summary>
public record Item(string Name, Amount Amount);
