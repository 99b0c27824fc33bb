export type F = 1;
