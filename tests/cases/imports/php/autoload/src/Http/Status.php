<?php
namespace App\Http;

enum Status: int { case Ok = 200; }
