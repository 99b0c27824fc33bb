<?php

namespace Notes;

use Notes\Text\{Heading, Items, Kind, Paragraph};

/** A whole note. */
final class Note
{
    /** @param Block[] $blocks */
    private function __construct(private readonly array $blocks)
    {
    }

    public static function parse(string $source): self
    {
        $pieces = preg_split('/\R\s*\R/', trim($source));
        return new self(array_map(self::block(...), array_filter($pieces)));
    }

    public function html(): string
    {
        return implode("\n", array_map(fn(Block $block): string => $block->html(), $this->blocks));
    }

    private static function block(string $piece): Block
    {
        return match (Kind::of($piece)) {
            Kind::Heading => new Heading($piece),
            Kind::Item => new Items(preg_split('/\R/', $piece)),
            Kind::Paragraph => new Paragraph(preg_replace('/\s*\R\s*/', ' ', $piece)),
        };
    }
}
