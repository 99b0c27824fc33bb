package a;

class Parent<T> extends b.Holder {}
