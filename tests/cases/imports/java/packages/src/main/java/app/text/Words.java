package app.text;

import java.util.List;

public class Words {
    public static String join(List<String> words) { return String.join(" ", words); }
}
