using System;
using System.Net;
using System.Net.Http;
using System.Net.Sockets;
using System.Text;
using System.Threading;
using System.Threading.Tasks;

namespace Ois.Testing
{
    /// <summary>A service that serves in this process until its tests end, to be asked as anyone asks it.</summary>
    public sealed class Running
    {
        private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

        private readonly HttpClient _http;

        private Running(Uri address) => _http = new HttpClient { BaseAddress = address };

        /// <summary>Starts a service by its own entry point on a free port, and waits until it is well.</summary>
        public static async Task<Running> Start(Func<string[], int> main)
        {
            var address = new Uri($"http://127.0.0.1:{FreePort()}");
            var running = new Running(address);
            new Thread(() => main(new[] { "--urls", address.ToString() })) { IsBackground = true }.Start();
            for (var until = DateTime.UtcNow + Deadline; !await running.Well(); await Task.Delay(50))
                if (DateTime.UtcNow > until) throw new TimeoutException($"the service at {address} is not well after {Deadline.TotalSeconds} s");
            return running;
        }

        /// <summary>The status and the body of an answer to GET, asked with a token or without.</summary>
        public Task<(int Status, string Body)> Get(string path, string? token = null) => Ask(HttpMethod.Get, path, null, token);

        /// <summary>The status and the body of an answer to POST with a JSON body.</summary>
        public Task<(int Status, string Body)> Post(string path, string json) => Ask(HttpMethod.Post, path, json, null);

        /// <summary>A port of this machine that nobody listens on.</summary>
        public static int FreePort()
        {
            var listener = new TcpListener(IPAddress.Loopback, 0);
            listener.Start();
            var port = ((IPEndPoint)listener.LocalEndpoint).Port;
            listener.Stop();
            return port;
        }

        private async Task<(int Status, string Body)> Ask(HttpMethod method, string path, string? json, string? token)
        {
            using var request = new HttpRequestMessage(method, path);
            if (token != null) request.Headers.Add("Authorization", $"Bearer {token}");
            if (json != null) request.Content = new StringContent(json, Encoding.UTF8, "application/json");
            using var response = await _http.SendAsync(request);
            return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
        }

        private async Task<bool> Well()
        {
            try
            {
                return (await Get("/health")).Status == 200;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        }
    }
}
