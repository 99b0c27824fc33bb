/** An amount in hundredths, so that sums are exact. */
export class Money {
  static readonly ZERO = new Money(0);

  private constructor(private readonly cents: number) {}

  static of(text: string): Money {
    const cents = Math.round(Number(text) * 100);
    if (Number.isNaN(cents)) throw new RangeError(`not an amount: ${text}`);
    return new Money(cents);
  }

  plus(other: Money): Money {
    return new Money(this.cents + other.cents);
  }

  get negative(): boolean {
    return this.cents < 0;
  }

  toString(): string {
    return (this.cents / 100).toFixed(2);
  }
}
