<?php
namespace App\Http;

use App\Models\{User, Posts as Articles};
use App\Models;
use Mail\Sender;
use Vendor\Unknown;
use function App\slug as makeSlug;
use const App\LIMIT;

class Controller
{
    public function show(Models\Dates $dates): Response
    {
        return new \App\Http\Response(makeSlug('x'), LIMIT, namespace\Status::class, Articles::class);
    }
}
