/** What the shop is made of. */
open module shop.core {
    requires transitive java.sql;
    requires static shop.tools;
    exports shop.orders to shop.web;
    uses shop.orders.Store;
    provides shop.orders.Store with shop.disk.FileStore;
}
