package a;

import java.util.List;

/** The import hides the package's List. */
class FromOutside {
    List<String> list;
}
