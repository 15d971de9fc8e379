var app = WebApplication.Create(args);
app.MapGet("/healthz", () => "ok");
app.Run();
