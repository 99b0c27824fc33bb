package app.disk

sealed interface Store

class FileStore : Store
