namespace Shared.Contracts;
public record Money(decimal Amount);
