<?php

namespace Notes\Text;

final class Heading extends Paragraph
{
    public const DEEPEST = 6;

    public function html(): string
    {
        $title = ltrim($this->text, Kind::Heading->value);
        $level = min(strlen($this->text) - strlen($title), self::DEEPEST);
        return "<h$level>" . $this->inline($title) . "</h$level>";
    }
}
