package app.model;

public record Address(String street) {}
