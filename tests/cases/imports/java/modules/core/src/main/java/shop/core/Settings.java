package shop.core;

public class Settings {}
