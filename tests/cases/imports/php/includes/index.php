<?php
define('ROOT', __DIR__ . '/');
require_once __DIR__ . '/inc/start.php';
require ROOT . 'admin/menu.php';
include '../../../../etc/passwd';
include '/inc/start.php';
include 'missing.php';
include $page;
