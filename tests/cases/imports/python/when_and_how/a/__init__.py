__all__ = ["typed"]
