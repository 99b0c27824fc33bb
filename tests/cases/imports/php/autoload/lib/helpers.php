<?php
namespace App;

const LIMIT = 3;

function slug(string $text): string { return strtolower($text); }
