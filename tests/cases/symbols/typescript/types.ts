/// <reference path="globals.d.ts" />
/// <reference types="node" />
import type { Reader, Writer as Out } from "./streams";
import { type Clock, now, type Zone as Place } from "./clock";
import { type Only } from "./only";
import legacy = require("./legacy");
import Alias = legacy.Inner;
export type { Reader };
export type { Shape } from "./shapes";

/** What can be stored. */
export interface Storable<K extends Key = string> extends Named, legacy.Item<K> {
  readonly id: K;
  size?: number;
  load(from: Reader, ...rest: Part[]): Promise<Out>;
  [key: string]: unknown;
  new (id: K): Storable<K>;
}

type Handler<T> = (event: T, at: Clock) => void;
export type Options = { path: string; onDone?: Handler<Place> };
type Mapped<T> = { [P in keyof T]: T[P] extends infer V ? Wrapped<V> : never };
type Lazy = typeof import("./lazy");
type Pair = [first: Alias, second?: Only];

export enum Level {
  Low = 1,
  High = Low << 2,
  "very high",
}

declare const enum Mode { On, Off }

export abstract class Store<T extends Storable> extends Base<T> implements Closable, legacy.Disposable {
  static count = 0;
  private items: Map<string, T> = new Map();

  constructor(private readonly path: string, protected level?: Level, other = 1) {
    super(path);
    this.opened = now();
  }

  abstract flush(): Promise<void>;

  find(id: string): T;
  find(id: number, deep: boolean): T;
  find(id: any, deep?: boolean): T {
    return this.items.get(id)!;
  }

  private onChange = (event: Event): void => this.flush();

  static isStore(value: unknown): value is Store<any> {
    return value instanceof Store;
  }
}

export function open(path: string): Store<Storable>;
export function open(path: URL): Store<Storable>;
export function open(path: any) {
  const local: Options = { path };
  return create<Options>(local as Options, legacy.defaults satisfies Options);
}

declare function measure(of: string): number;
declare let version: string;

export namespace Units.Length {
  export const METRE = 1;
  function inner(x: Mode): number { return x * METRE; }
}

declare global {
  interface Window { store: Store<Storable> }
}

declare module "./streams" {
  interface Reader { peek(): string }
}
