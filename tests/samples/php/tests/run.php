<?php

require __DIR__ . '/../src/autoload.php';

use Notes\Note as Subject;

const CASES = [
    "= Title" => '<h1>Title</h1>',
    "a *b*\nc `<d>`" => '<p>a <strong>b</strong> c <code>&lt;d&gt;</code></p>',
    "- one\n- two" => '<ul><li>one</li><li>two</li></ul>',
];

foreach (CASES as $source => $expected) {
    $found = Subject::parse($source)->html();
    if ($found !== $expected) {
        exit("expected $expected, found $found\n");
    }
}
echo count(CASES), " cases pass\n";
