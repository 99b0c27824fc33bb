<?php

namespace Post {
    function idn_to_ascii(string $host, int $flags): string
    {
        return $host;
    }
}

namespace {
    if (!defined('IDNA_DEFAULT')) {
        define('IDNA_DEFAULT', 0);
    }
}
