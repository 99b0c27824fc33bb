<?php

namespace Notes\Text;

/** What the first character of a line says of it. */
enum Kind: string
{
    case Heading = '=';
    case Item = '-';
    case Paragraph = '';

    public static function of(string $line): self
    {
        return self::tryFrom($line[0] ?? '') ?? self::Paragraph;
    }
}
