import type { Journal } from "../journal";

/** One line an account, then the total. */
export const text = (journal: Journal): string =>
  [...journal.sorted().map(({ name, balance }) => `${name}  ${balance}`), `total  ${journal.total()}`].join("\n");
