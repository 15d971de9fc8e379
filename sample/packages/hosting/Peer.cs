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

        /// <summary>What the peer's collection has under the name, or null when it has no such thing.</summary>
        public async Task<T?> Find<T>(string collection, string name) where T : class
        {
            if (name == "." || name == "..") return null; // in an address these are steps, escaped or not
            using var request = new HttpRequestMessage(HttpMethod.Get, $"{collection}/{Uri.EscapeDataString(name)}");
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
            if (response.IsSuccessStatusCode) return Parsed<T>(text) ?? throw Odd(response);
            var refusal = (int)response.StatusCode < 500 ? Parsed<Refused>(text) : null;
            throw refusal == null
                ? Odd(response)
                : new Problem((int)response.StatusCode, refusal.Code ?? "refused", refusal.Message ?? $"{_name} refused");
        }

        private static T? Parsed<T>(string text) where T : class
        {
            try
            {
                return JsonSerializer.Deserialize<T>(text, Json.Options);
            }
            catch (JsonException)
            {
                return null;
            }
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
