<?php
define('MODE', 1);
if (!function_exists('only_here')) {
    function only_here() {}
}
