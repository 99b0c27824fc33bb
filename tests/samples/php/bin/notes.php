<?php

require_once dirname(__DIR__) . '/src/autoload.php';

use Notes\Note;

$file = $argv[1] ?? 'php://stdin';
$source = @file_get_contents($file);
if ($source === false) {
    fwrite(STDERR, "notes: $file cannot be read\n");
    exit(1);
}
echo Note::parse($source)->html(), "\n";
