namespace Market.Messages;
public record OrderPlaced(int Id);
