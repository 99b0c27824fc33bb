<?php
namespace App\Models;

final class Posts {}
