module shop.core {
    exports shop.core;
    uses shop.core.Store;
}
