import { Journal, html, parse, text } from "../src";

const journal = new Journal().post(...parse("assets:cash 12.50\nfood 3.20 ; lunch\nassets:cash -3.20\n"));

const expected = "assets:cash  9.30\nfood  3.20\ntotal  12.50";
if (text(journal) !== expected) throw new Error(text(journal));
const table = '<table><tr class="asset"><td>assets:cash</td><td>9.30</td></tr></table>';
if (html(journal) !== table) throw new Error(html(journal));
