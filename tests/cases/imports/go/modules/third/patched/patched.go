package patched

const Name = 4
