import { open, type Account } from "@model/account";
import { Money } from "@model/money";
import type { Posting } from "@model/posting";

/** Accounts, and what was posted to them. */
export class Journal {
  private accounts = new Map<string, Account>();

  post(...postings: Posting[]): this {
    for (const { account, amount } of postings) {
      const found = this.account(account);
      found.balance = found.balance.plus(amount);
    }
    return this;
  }

  total(): Money {
    return this.sorted().reduce((sum, account) => sum.plus(account.balance), Money.ZERO);
  }

  sorted(): Account[] {
    return [...this.accounts.values()].sort((a, b) => a.name.localeCompare(b.name));
  }

  private account(name: string): Account {
    let account = this.accounts.get(name);
    if (!account) this.accounts.set(name, (account = open(name)));
    return account;
  }
}
