<?php
namespace App\Models;

trait Dates {}
