package shop.core;

public interface Store {
    Settings settings();
}
