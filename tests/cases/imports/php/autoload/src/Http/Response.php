<?php
namespace App\Http;

class Response { public function __construct(private ?Status $status = null, private ?Model $none = null) {} }
