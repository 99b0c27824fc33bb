<?php

declare(strict_types=1);

namespace Shop;

use Shop\Parts\Part;

const LIMIT = 100;

/**
 * All parts, by name.
 */
final class Stock implements Finder
{
    private const SIZE = 10;
    private array $parts = [];

    public function __construct(private string $name)
    {
        $this->parts = [];
    }

    public function find(string $name): ?Part
    {
        return $this->parts[$name] ?? null;
    }
}

interface Finder
{
    public function find(string $name): ?Part;
}

function twice(int $value): int {
    return 2 * $value;
}
