package shop.disk;

import shop.core.Settings;
import shop.core.Store;

public class FileStore implements Store {
    public Settings settings() { return new Settings(); }
}
