namespace App;

[Service(typeof(Left), Name = Names.Main)]
class Uses<T>(Input input) : Base<T>(input), Other.Side where T : Bound
{
    private Limit? limit = Limit.Of(3);

    public async Task<U[]> Run<U>(in Input first, params U[] rest) where U : T
    {
        var all = new Dictionary<string, List<Thing>> { Capacity = Names.Size };
        foreach (var (key, entry) in all) entry.Use(key);
        using (var file = Open(first)) file.Read();
        try { await first.Go(); } catch (Early problem) when (problem.Bad) { problem.Show(limit); }
        Func<U, int> count = one => one.Count + limit.Count;
        if (first is Wide { Size: Limits.Max } wide && wide.Ok) wide.Go();
        var text = first switch
        {
            Circle c => c.Radius,
            Names.Empty => 0,
            _ => throw new Failure($"no {first.Kind} of {Names.Main:x}"),
        };
        int Twice(int n) => n * Numbers.Two;
        var found = from one in rest where one.Ok join two in all on one.Key equals two.Key select new { one.Name, Two = two };
        limit?.Next?.Use(out var made);
        global::App.Deep.Tool.Start<Wide>(made, size: Twice(2));
        Alias::Kind kind = default(Alias::Kind);
        Run<int>(nameof(Uses<int>.limit));
        goto end;
        end: return (U[])rest[text];
    }
}
