package shop.core;

class StoreTest {
    Store store;
    Settings settings;
}
