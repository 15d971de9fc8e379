var app = WebApplication.Create(args);
app.MapGet("/hc", () => "ok");
app.Run();
