using System;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Ois.Hosting
{
    /// <summary>A backend: its own endpoints, /health, /version, and one JSON shape for every error.</summary>
    public static class Service
    {
        /// <summary>Serves until stopped; with --health it asks a running one instead, which is the image's HEALTHCHECK.</summary>
        public static int Run(string name, string[] args, Action<IEndpointRouteBuilder> map, Func<Exception, Problem?>? explain = null)
        {
            if (args.Length == 1 && args[0] == "--health") return Probe.Run();
            Host.CreateDefaultBuilder(args)
                .ConfigureLogging(log => log.AddFilter("Microsoft.AspNetCore", LogLevel.Warning))
                .ConfigureWebHostDefaults(web => web
                    .ConfigureServices(services => services.AddRouting())
                    .Configure(app => Configure(app, name, map, explain)))
                .Build()
                .Run();
            return 0;
        }

        private static void Configure(
            IApplicationBuilder app, string name, Action<IEndpointRouteBuilder> map, Func<Exception, Problem?>? explain)
        {
            app.UseExceptionHandler(failed => failed.Run(context => Problem.Fault().Tell(context)));
            app.UseStatusCodePages(status => Problem.Bare(status.HttpContext).Tell(status.HttpContext));
            app.Use(next => context => Problem.Answer(context, next, explain));
            app.UseRouting();
            app.UseEndpoints(endpoints =>
            {
                endpoints.MapGet("/health", context => context.Reply(new { status = "ok" }));
                endpoints.MapGet("/version", context => context.Reply(new { name, image = Image() }));
                map(endpoints);
            });
        }

        private static string? Image()
        {
            var image = Environment.GetEnvironmentVariable("IMAGE_REF");
            return string.IsNullOrEmpty(image) ? null : image;
        }
    }
}
