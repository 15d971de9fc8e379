using System;
using System.Net;
using System.Net.Http;
using System.Net.Mime;
using System.Text;
using System.Text.Json;
using System.Threading.Tasks;

namespace Ois.Hosting
{
    /// <summary>Another service: at http://NAME-service:8080, or where NAME_URL says.</summary>
    public sealed class Peer
    {
        private readonly HttpClient _http;
        private readonly string _name;

        public Peer(string name)
        {
            _name = name;
            _http = Client(TimeSpan.FromSeconds(5));
            _http.BaseAddress = Address(name);
        }

        public static Uri Address(string name) =>
            new Uri(Environment.GetEnvironmentVariable($"{name.ToUpperInvariant()}_URL") ?? $"http://{name}-service:8080");

        /// <summary>A client whose connections are short-lived, so that it follows a service to the address of its next container.</summary>
        public static HttpClient Client(TimeSpan timeout) => new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            PooledConnectionLifetime = TimeSpan.FromSeconds(30),
        }) { Timeout = timeout };

        /// <summary>What stands at the path, or null when the peer has no such thing.</summary>
        public async Task<T?> Find<T>(string path) where T : class
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            using var response = await Send(request);
            return response.StatusCode == HttpStatusCode.NotFound ? null : await Body<T>(response);
        }

        public async Task Post(string path, object body)
        {
            var text = JsonSerializer.Serialize(body, body.GetType(), Json.Options);
            using var request = new HttpRequestMessage(HttpMethod.Post, path)
            {
                Content = new StringContent(text, Encoding.UTF8, MediaTypeNames.Application.Json),
            };
            using var response = await Send(request);
            await Body<object>(response);
        }

        private async Task<HttpResponseMessage> Send(HttpRequestMessage request)
        {
            try
            {
                return await _http.SendAsync(request);
            }
            catch (Exception error) when (error is HttpRequestException || error is OperationCanceledException)
            {
                throw new Problem(503, "unreachable", $"{_name} does not answer at {_http.BaseAddress}: {error.Message}");
            }
        }

        private async Task<T> Body<T>(HttpResponseMessage response) where T : class
        {
            var text = await response.Content.ReadAsStringAsync();
            if (response.IsSuccessStatusCode) return JsonSerializer.Deserialize<T>(text, Json.Options) ?? throw Odd(response);
            if ((int)response.StatusCode >= 500 || text.Length == 0) throw Odd(response);
            var refusal = JsonSerializer.Deserialize<Refused>(text, Json.Options);
            throw new Problem((int)response.StatusCode, refusal?.Code ?? "refused", refusal?.Message ?? $"{_name} refused");
        }

        private Problem Odd(HttpResponseMessage response) =>
            new Problem(502, "peer", $"{_name} answered {(int)response.StatusCode} to {response.RequestMessage?.RequestUri?.AbsolutePath}");

        private sealed class Refused
        {
            public string? Code { get; set; }

            public string? Message { get; set; }
        }
    }
}
