var app = WebApplication.Create(args);
app.MapGet("/", () => new Shared.Contracts.Money(1));
app.Run();
