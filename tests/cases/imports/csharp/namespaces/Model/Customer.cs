namespace Shop.Model;

[Stored]
public record Customer
{
    public Address? Address { get; init; }

    public string Text => Clock.Now(Address.Empty);
}
