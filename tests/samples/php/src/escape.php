<?php

namespace Notes;

/** Text that is safe between tags and in attributes. */
function escape(string $text): string
{
    return htmlspecialchars($text, ENT_QUOTES | ENT_SUBSTITUTE);
}
