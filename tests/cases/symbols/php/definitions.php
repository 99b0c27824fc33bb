<?php

declare(strict_types=1);

namespace Shop\Orders;

const TAX = 0.2, CURRENCY = 'EUR';
define('SHOP_DEBUG', false);

/**
 * An order of a customer. Has lines.
 *
 * @see Line
 */
#[Entity]
abstract class Order extends Record implements \Countable, Priced
{
    use Dated, Logged {
        Dated::now insteadof Logged;
        log as protected traceOnly;
    }

    public const OPEN = 'open';
    protected static ?Order $last = null;
    private int|float $total = 0, $count = self::NONE;

    // Makes one.
    public function __construct(
        private readonly Customer $customer,
        protected array $lines = [],
    ) {
        parent::__construct();
    }

    abstract public function price(): float;

    public static function of(Customer ...$customers): static
    {
        return new static($customers[0]);
    }
}

interface Priced extends Shown
{
    public function price(): float;
}

trait Dated
{
    private \DateTimeImmutable $date;
}

/** How an order is paid. */
enum Payment: string implements Shown
{
    case Card = 'card';
    case Cash = 'cash';

    public function label(): string
    {
        return ucfirst($this->value);
    }
}

function total(Order $order, float $rate = TAX): float
{
    $helper = new class extends Order implements Shown {
        public function price(): float { return 1; }
    };
    return $order->price() * $rate;
}
