<?php
require __DIR__ . '/more.php';
function escape($text) { return $text; }
