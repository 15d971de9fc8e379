using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net.Http;
using System.Threading.Tasks;
using Microsoft.AspNetCore.Http;
using Ois.Hosting;

namespace Ois.ApiGateway
{
    /// <summary>Hands a request to the service it names and the answer back, bodies as streams; what is internal stays inside.</summary>
    internal sealed class Proxy
    {
        // Headers that concern one connection, not the message (RFC 9110, 7.6.1); Host is the service's own.
        private static readonly HashSet<string> Hop = new HashSet<string>(StringComparer.OrdinalIgnoreCase)
        {
            "Connection", "Host", "Keep-Alive", "Proxy-Authenticate", "Proxy-Authorization", "TE", "Trailer", "Transfer-Encoding", "Upgrade",
        };

        private readonly HttpClient _http = Peer.Client(TimeSpan.FromSeconds(30));
        private readonly Dictionary<string, Uri> _addresses;

        public Proxy(params string[] services) => _addresses = services.ToDictionary(name => name, Peer.Address);

        public async Task Forward(HttpContext context)
        {
            using var request = Request(context.Request, Target(context));
            using var response = await Send(request, context);
            context.Response.StatusCode = (int)response.StatusCode;
            foreach (var (name, values) in response.Headers.Concat(response.Content.Headers))
                if (!Hop.Contains(name)) context.Response.Headers[name] = values.ToArray();
            await response.Content.CopyToAsync(context.Response.Body);
        }

        private Uri Target(HttpContext context)
        {
            var service = context.Route("service");
            if (!_addresses.TryGetValue(service, out var address))
                throw Problem.Missing($"service \"{service}\": there are {string.Join(", ", _addresses.Keys)}");
            context.Request.Path.StartsWithSegments($"/api/{service}", out var rest);
            if (IsInternal(rest.Value ?? "")) throw Problem.Missing("such path");
            return new Uri(address.GetLeftPart(UriPartial.Authority) + rest.ToUriComponent() + context.Request.QueryString.ToUriComponent());
        }

        // The path is unescaped once already: a percent sign that is left would be read again by the service, as something else.
        private static bool IsInternal(string path) =>
            path.Contains('%') || path.Split('/', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault()?.ToLowerInvariant() == "internal";

        private static HttpRequestMessage Request(HttpRequest incoming, Uri target)
        {
            var request = new HttpRequestMessage(new HttpMethod(incoming.Method), target);
            if (incoming.ContentLength > 0 || incoming.Headers.ContainsKey("Transfer-Encoding")) request.Content = new StreamContent(incoming.Body);
            foreach (var (name, values) in incoming.Headers.Where(header => !Hop.Contains(header.Key)))
                if (!request.Headers.TryAddWithoutValidation(name, values.ToArray()))
                    request.Content?.Headers.TryAddWithoutValidation(name, values.ToArray());
            request.Headers.TryAddWithoutValidation("X-Forwarded-For", incoming.HttpContext.Connection.RemoteIpAddress?.ToString() ?? "unknown");
            return request;
        }

        private async Task<HttpResponseMessage> Send(HttpRequestMessage request, HttpContext context)
        {
            try
            {
                return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, context.RequestAborted);
            }
            catch (Exception error) when (error is HttpRequestException || error is IOException || error is OperationCanceledException)
            {
                throw new Problem(502, "unreachable", $"{context.Route("service")} does not answer: {error.Message}");
            }
        }
    }
}
