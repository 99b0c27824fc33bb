import { Money } from "@model/money";
import type { Posting } from "@model/posting";

export class ParseError extends Error {
  constructor(readonly line: number, message: string) {
    super(`line ${line}: ${message}`);
  }
}

/** Postings of lines such as `assets:cash 12.50 ; lunch`. */
export function parse(text: string): Posting[] {
  return text
    .split("\n")
    .map((line, index) => ({ line: line.trim(), number: index + 1 }))
    .filter(({ line }) => line !== "")
    .map(({ line, number }) => posting(line, number));
}

function posting(line: string, number: number): Posting {
  const [words = "", note] = line.split(";").map((part) => part.trim());
  const [account, amount, ...more] = words.split(/\s+/);
  if (!account || !amount || more.length > 0) throw new ParseError(number, "expected an account and an amount");
  return { account, amount: Money.of(amount), note };
}
