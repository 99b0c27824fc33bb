<?php
if ($admin) {
    include_once(dirname(__FILE__) . '/../inc/settings.php');
}
include "$root/deep/only.php";
include "$root/$name.php";
require TEMPLATES . '/deep/only.php';
