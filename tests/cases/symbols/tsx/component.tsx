import React, { type ReactNode } from "react";
import { Button } from "./Button";

type Props<T> = { items: T[]; render: (item: T) => ReactNode };

/** A list of things, each with its button. */
export function List<T extends { id: string }>({ items, render }: Props<T>) {
  const [open, setOpen] = React.useState<string | null>(null);
  return (
    <ul>
      {items.map((item) => (
        <li key={item.id}>
          <Button<T> onClick={() => setOpen(item.id)} active={open === item.id}>{render(item)}</Button>
        </li>
      ))}
      <List.Empty />
    </ul>
  );
}

List.Empty = () => <p>{EMPTY}</p>;

export default List;
