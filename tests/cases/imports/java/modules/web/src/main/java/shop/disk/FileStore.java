package shop.disk;

/** The same name in another module. */
public class FileStore {}
