package shop.web;

class Page {
    shop.disk.FileStore store;
}
