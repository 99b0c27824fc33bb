namespace Stock.Text;

public static class Layout
{
    /// <summary>One line for each thing, its columns as wide as they must be.</summary>
    public static string Columns<T>(IReadOnlyCollection<T> things, params Func<T, string>[] columns)
    {
        var widths = columns.Select(column => things.Select(thing => column(thing).Length).DefaultIfEmpty().Max());
        var rows = things.Select(thing => columns.Zip(widths, (column, width) => column(thing).PadRight(width)));
        return string.Join(Environment.NewLine, rows.Select(row => string.Join("  ", row).TrimEnd()));
    }
}
