package shop.core;

/** Settings for tests, in the place of the real ones. */
public class Settings {}
