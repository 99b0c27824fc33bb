package app.disk;

public sealed interface Store permits FileStore {}
