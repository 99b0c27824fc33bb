<?php

namespace Post;

class Sender
{
    public function send(string $host): int
    {
        return idn_to_ascii($host, \IDNA_DEFAULT) ? seal($host) : 0;
    }
}
