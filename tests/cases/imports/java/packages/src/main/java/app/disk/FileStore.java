package app.disk;

public final class FileStore implements Store {}
