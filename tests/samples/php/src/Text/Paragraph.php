<?php

namespace Notes\Text;

use Notes\Block;

class Paragraph implements Block
{
    use Inline;

    public function __construct(protected readonly string $text)
    {
    }

    public function html(): string
    {
        return '<p>' . $this->inline($this->text) . '</p>';
    }
}
