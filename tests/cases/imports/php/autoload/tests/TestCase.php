<?php
namespace App\Tests;

use Base\TestCase as Base;

class TestCase extends Base {}
