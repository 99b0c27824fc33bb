<?php
namespace App\Models;

class User extends Model implements \Countable
{
    public function posts(): Posts { return new Posts(slug('a')); }
}
