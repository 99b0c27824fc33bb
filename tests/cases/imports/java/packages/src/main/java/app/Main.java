package app;

import app.model.*;
import static app.text.Words.join;
import app.text.Style.Weight;
import java.util.List;

@Started
public class Main {
    public static void main(String[] arguments) {
        Customer customer = new Customer();
        Weight weight = Weight.BOLD;
        app.disk.Store store = new app.disk.FileStore();
        String text = join(List.of());
        Helper.help(customer);
        Base.Kind kind = Child.Kind.ONE;
    }
}
