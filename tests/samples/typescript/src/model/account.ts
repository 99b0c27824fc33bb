import { Money } from "./money";

export enum Kind {
  Asset = "asset",
  Income = "income",
  Expense = "expense",
}

export interface Account {
  readonly name: string;
  readonly kind: Kind;
  balance: Money;
}

const FIRST_PART: Record<string, Kind> = { assets: Kind.Asset, income: Kind.Income };

/** An empty account; the first part of its name tells the kind. */
export function open(name: string): Account {
  const [first = ""] = name.split(":");
  return { name, kind: FIRST_PART[first] ?? Kind.Expense, balance: Money.ZERO };
}
