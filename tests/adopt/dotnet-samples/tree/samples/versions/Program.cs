var app = WebApplication.CreateSlimBuilder(args).Build();
app.MapGet("/versions", () => "10.0");
app.Run();
