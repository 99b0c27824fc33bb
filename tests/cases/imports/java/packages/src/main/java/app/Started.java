package app;

@interface Started {}
