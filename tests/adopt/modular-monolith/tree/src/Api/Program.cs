var app = WebApplication.Create(args);
app.MapGet("/health", () => Sales.Orders.Count());
app.Run();
