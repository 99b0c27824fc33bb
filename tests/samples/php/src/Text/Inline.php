<?php

namespace Notes\Text;

use function Notes\escape;

/** Marks within a line: *strong* and `code`. */
trait Inline
{
    protected function inline(string $text): string
    {
        $html = preg_replace('/\*([^*]+)\*/', '<strong>$1</strong>', escape(trim($text)));
        return preg_replace('/`([^`]+)`/', '<code>$1</code>', $html);
    }
}
