import { Kind, type Account } from "@model/account";
import type { Journal } from "../journal";
import { element } from "./element";

const Row = ({ account }: { account: Account }) => (
  <tr class={account.balance.negative ? "owed" : account.kind}>
    <td>{account.name}</td>
    <td>{account.balance}</td>
  </tr>
);

/** A table of the accounts, without those for expenses. */
export function html(journal: Journal): string {
  const shown = journal.sorted().filter((account) => account.kind !== Kind.Expense);
  return (<table>{shown.map((account) => <Row account={account} />)}</table>).toString();
}
