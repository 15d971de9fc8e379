var host = Host.CreateApplicationBuilder(args).Build();
Console.WriteLine(Sales.Orders.Count());
host.Run();
