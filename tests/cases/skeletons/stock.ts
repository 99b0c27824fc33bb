import type { Part } from './parts';
import { log } from './log';

export type Name = string | symbol;

/** How parts are found. */
export interface Finder {
  find(name: Name): Part | undefined;
  readonly size: number;
}

export enum Size {
  Small = 1,
  Large = 100,
}

export abstract class Stock<T extends Part = Part> implements Finder {
  private readonly parts = new Map<Name, T>();

  constructor(protected readonly name: string) {
    log(name);
  }

  find(name: Name): T | undefined;
  find(name: Name, strict: boolean): T;
  find(name: Name, strict = false): T | undefined {
    return this.parts.get(name);
  }

  abstract get size(): number;
}

declare module './parts' {
  interface Part {
    stock: Stock;
  }
}

export default function make(name: string): Finder {
  throw new Error(name);
}
