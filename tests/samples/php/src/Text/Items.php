<?php

namespace Notes\Text;

use Notes\Block;

final class Items implements Block
{
    use Inline;

    /** @param string[] $lines */
    public function __construct(private readonly array $lines)
    {
    }

    public function html(): string
    {
        $items = array_map(
            fn(string $line): string => '<li>' . $this->inline(ltrim($line, Kind::Item->value)) . '</li>',
            $this->lines,
        );
        return '<ul>' . implode($items) . '</ul>';
    }
}
