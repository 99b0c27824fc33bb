<?php
require 'settings.php';
require 'lib/tools.php';
require dirname(__DIR__) . '/lib/tools.php';
