<?php

namespace Post\Tests;

use Post\Sender;
use function Post\idn_to_ascii;

class SenderTest
{
    public function testSend(): void
    {
        $sender = new Sender();
        $sender->send(idn_to_ascii('example.org', \IDNA_DEFAULT));
    }
}
