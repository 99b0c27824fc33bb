<?php

// What Composer would write: it works without an installation.
require_once __DIR__ . '/escape.php';

spl_autoload_register(function (string $class): void {
    $path = str_replace(['Notes\\', '\\'], ['', '/'], $class);
    if (is_file(__DIR__ . "/$path.php")) {
        require __DIR__ . "/$path.php";
    }
});
