<?php
namespace App;

use App\Models\User;

class Broken extends Whole
{
    public function good(User $user): void {}

    public function bad(User $user {
        return $user->

    private int $after = 1;
}
