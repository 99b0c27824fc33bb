<?php
namespace First;

use Other\Thing;

class One extends Thing {}

namespace Second\Deep;

function two(One $one): \First\One
{
    return $one;
}
