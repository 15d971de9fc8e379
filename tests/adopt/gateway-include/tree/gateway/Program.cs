var app = WebApplication.Create(args);
app.MapGet("/", () => "market");
app.Run();
