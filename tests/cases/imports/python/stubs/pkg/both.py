from pkg import native, extension, generated
