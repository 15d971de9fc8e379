using System;
using System.Net.Http;

namespace Ois.Hosting
{
    /// <summary>Asks the service in the same container for its health, as curl would if the image had one.</summary>
    internal static class Probe
    {
        public static int Run()
        {
            using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(3) };
            try
            {
                return http.GetAsync($"http://127.0.0.1:{Port()}/health").GetAwaiter().GetResult().IsSuccessStatusCode ? 0 : 1;
            }
            catch (Exception error) when (error is HttpRequestException || error is OperationCanceledException)
            {
                Console.Error.WriteLine(error.Message);
                return 1;
            }
        }

        private static string Port()
        {
            var urls = Environment.GetEnvironmentVariable("ASPNETCORE_URLS") ?? "http://+:8080";
            return urls.Substring(urls.LastIndexOf(':') + 1).TrimEnd('/');
        }
    }
}
