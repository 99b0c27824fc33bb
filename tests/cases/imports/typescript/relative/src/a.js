// built from a.ts
