module shop.disk {
    requires java.base;
    requires transitive shop.core;
    provides shop.core.Store with shop.disk.FileStore;
}
