package patched
