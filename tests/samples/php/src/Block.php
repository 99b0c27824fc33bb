<?php

namespace Notes;

/** A piece of a note between blank lines. */
interface Block
{
    public function html(): string;
}
