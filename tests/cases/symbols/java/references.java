package app;

@Service(name = Names.MAIN, of = {Left.class, b.Right.class})
class Uses<T> extends Base.Inner<T> implements Face, app.other.Side<T> {
    private Limit limit = Limit.of(3);

    <U extends Bound> T run(final Input input, U... rest) throws Failure {
        var all = new HashMap<String, List<? super Thing>>();
        for (Entry<String, U> entry : all.entrySet()) {
            entry.getKey().trim();
        }
        for (int i = 0, n = input.size; i < n; i++) this.limit.use(i);
        try (Handle handle = open(input); other) {
            handle.read();
        } catch (Early | app.Late problem) {
            problem.show();
        }
        Function<Input, T> make = one -> helper(one, limit);
        make = (first) -> Uses.<T>build(first)::go;
        if (input instanceof Wide wide && wide.ok) wide.go();
        Object made = new Thing(limit) {
            int inside = 1;
            int twice() { return inside + limit.now; }
        };
        switch (input.kind) {
            case FIRST: break;
            case Names.SECOND: skip();
        }
        int size = switch (made) {
            case Point(int x, var y) when x > y -> x;
            case Circle c -> c.radius;
            default -> { int none = NONE; yield none; }
        };
        again: while (true) { break again; }
        app.deep.Tool.<Wide>start().then(Tool[]::new);
        return (T) rest[size];
    }
}
