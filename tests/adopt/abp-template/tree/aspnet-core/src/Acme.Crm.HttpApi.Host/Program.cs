var app = WebApplication.Create(args);
app.MapGet("/health-status", () => "Healthy");
app.Run();
