using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Threading.Tasks;
using Ois.Testing;

namespace Ois.ApiGateway.Tests
{
    /// <summary>A realm of the tests: its keys are served at an address, and it signs whatever it is asked to.</summary>
    internal sealed class Realm : IDisposable
    {
        public const string Issuer = "http://203.0.113.7:58080/realms/ois";

        private readonly HttpListener _listener = new HttpListener();
        private readonly List<Signer> _published;

        private Realm(Uri address, Signer first)
        {
            Address = address;
            Signer = first;
            _published = new List<Signer> { first };
            _listener.Prefixes.Add(address.AbsoluteUri);
        }

        public Uri Address { get; }

        /// <summary>The key that signs now.</summary>
        public Signer Signer { get; private set; }

        /// <summary>How often it was asked for its keys.</summary>
        public int Asked { get; private set; }

        public static Realm Start()
        {
            var realm = new Realm(new Uri($"http://127.0.0.1:{Running.FreePort()}"), new Signer("first"));
            realm._listener.Start();
            _ = realm.Serve();
            return realm;
        }

        /// <summary>A good token, unless the claims are changed, the header is another or somebody else signs it.</summary>
        public string Token(Action<Dictionary<string, object>>? change = null, object? header = null, Signer? by = null)
        {
            var claims = Claims();
            change?.Invoke(claims);
            var signer = by ?? Signer;
            var signed = $"{Encoded(header ?? new { alg = "RS256", typ = "JWT", kid = signer.Name })}.{Encoded(claims)}";
            return $"{signed}.{Text(signer.Sign(signed))}";
        }

        /// <summary>Signs by a new key from now on; the old one is no longer told.</summary>
        public void Rotate()
        {
            Signer = new Signer("second");
            _published.Clear();
            _published.Add(Signer);
        }

        public void Dispose() => _listener.Close();

        public static string Encoded(object value) => Text(JsonSerializer.SerializeToUtf8Bytes(value, value.GetType()));

        public static string Text(byte[] bytes) => Convert.ToBase64String(bytes).TrimEnd('=').Replace('+', '-').Replace('/', '_');

        /// <summary>Seconds since 1970, as many from now.</summary>
        public static long In(double seconds) => DateTimeOffset.UtcNow.AddSeconds(seconds).ToUnixTimeSeconds();

        private static Dictionary<string, object> Claims() => new Dictionary<string, object>
        {
            ["iss"] = Issuer,
            ["aud"] = new[] { "account", "api-gateway" },
            ["iat"] = In(0),
            ["exp"] = In(300),
        };

        private async Task Serve()
        {
            while (_listener.IsListening)
            {
                var context = await _listener.GetContextAsync();
                Asked++;
                // Keycloak tells a key that encrypts too, under a name of its own.
                var keys = _published.Select(signer => signer.Public("sig", signer.Name)).Append(Signer.Public("enc", "encrypts"));
                await context.Response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(new { keys })));
                context.Response.Close();
            }
        }
    }
}
