var app = WebApplication.Create(args);
app.MapGet("/", () => new Market.Messages.OrderPlaced(1));
app.Run();
