package app.model;

public class Customer {
    Address address;
}
