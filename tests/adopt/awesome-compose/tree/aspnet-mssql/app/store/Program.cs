var app = WebApplication.Create(args);
app.MapGet("/", () => File.Exists("/run/secrets/db_password"));
app.Run();
