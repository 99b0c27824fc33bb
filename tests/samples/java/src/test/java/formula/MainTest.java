package formula;

import formula.value.Rational;
import java.util.List;

/** Run with {@code java -ea}. */
final class MainTest {
    private MainTest() {}

    public static void main(String[] arguments) {
        assert Main.lines(List.of("x = 1/3", "x + x * (2 - 1)"))
                .equals(List.of("(1 / 3) = 1/3", "(x + (x * (2 - 1))) = 2/3"));
        assert Main.lines(List.of("1 + y")).equals(List.of("1 + y: no y yet"));
        assert Main.lines(List.of("1 / 0")).equals(List.of("1 / 0: nothing can be divided by 0"));
        assert Main.lines(List.of("(1")).equals(List.of("(1: unexpected the end at 3"));
        assert Rational.of(6).over(Rational.of(-4)).toString().equals("-3/2");
        System.out.println("fine");
    }
}
