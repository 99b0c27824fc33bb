<?php

namespace Post;

function seal(string $host): int
{
    return strlen($host);
}
