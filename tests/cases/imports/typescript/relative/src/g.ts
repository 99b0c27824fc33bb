declare module './f' { interface More {} }
export {};
