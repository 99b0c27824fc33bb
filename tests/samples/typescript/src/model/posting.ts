import type { Money } from "./money";

export type Posting = { account: string; amount: Money; note?: string };
