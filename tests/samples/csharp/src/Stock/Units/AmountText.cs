namespace Stock.Units
{
    public static class AmountText
    {
        public static string Shown(this Amount amount) => amount.Unit switch
        {
            Unit.Gram => amount.Count.ToString(CultureInfo.InvariantCulture) + " g",
            _ => amount.Count.ToString(CultureInfo.InvariantCulture),
        };

        /// <summary>Reads <c>3</c> and <c>250g</c>.</summary>
        public static Amount Read(string text)
        {
            var unit = text.EndsWith('g') ? Unit.Gram : Unit.Piece;
            if (!long.TryParse(text.TrimEnd('g'), out var count))
            {
                throw new StockException($"{text} is no amount");
            }
            return new Amount(count, unit);
        }
    }
}
