<?php

namespace App;

use App\Models\User;
use App\Models\{Post, Deep\Comment as Note, function slug};
use function App\Support\helper as h, strlen;
use const App\Support\LIMIT;
use \DateTime, Vendor\Tool as Drill;

require_once __DIR__ . '/lib/first.php';
require dirname(__FILE__) . "/second.php";
include 'third.php';
include_once dirname(__DIR__, 2) . '/fourth.php';
require ROOT . '/fifth.php';
require "$dir/sixth.php";
require realpath(__DIR__ . DIRECTORY_SEPARATOR . 'seventh.php');
require(dirname(dirname(__FILE__)) . '/eighth.php');

if (PHP_VERSION_ID < 80000) {
    require __DIR__ . '/polyfill.php';
}

function load($name)
{
    require __DIR__ . "/parts/{$name}.php";
    require $name;
    return include './settings.php';
}
