<?php
namespace App\Tests;

use App\Models\User as Subject;

class UserTest extends TestCase
{
    public function test(): void { Subject::class; new Model(); }
}
