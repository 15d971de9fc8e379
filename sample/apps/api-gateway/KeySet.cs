using System;
using System.Collections.Generic;
using System.Linq;
using System.Net.Http;
using System.Security.Cryptography;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using Ois.Hosting;

namespace Ois.ApiGateway
{
    /// <summary>
    /// The realm's signing keys (RFC 7517), asked for when they are a minute old or when a token names one that is new, so that a
    /// key may change at any time. A realm that does not answer is trusted by its last keys for ten minutes more.
    /// </summary>
    internal sealed class KeySet
    {
        private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(1);
        private static readonly TimeSpan Kept = TimeSpan.FromMinutes(10);

        // Between two questions, whatever tokens say: a flood of invented key names is not passed on to the realm.
        private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

        private readonly SemaphoreSlim _asking = new SemaphoreSlim(1);
        private readonly HttpClient _http = Peer.Client(TimeSpan.FromSeconds(5));
        private readonly Uri _address;
        private readonly Func<DateTimeOffset> _now;

        private IReadOnlyDictionary<string, RSAParameters> _keys = new Dictionary<string, RSAParameters>();
        private DateTimeOffset _asked = DateTimeOffset.MinValue;
        private DateTimeOffset _told = DateTimeOffset.MinValue;
        private string? _fault;

        public KeySet(Uri address, Func<DateTimeOffset> now)
        {
            _address = address;
            _now = now;
        }

        /// <summary>The key of that name, or null when the realm has no such key; a problem says that the realm cannot be asked.</summary>
        public async Task<RSAParameters?> Find(string name)
        {
            if (!IsKnown(name)) await Renew(name);
            if (_fault != null && (_now() - _told > Kept || !_keys.ContainsKey(name)))
                throw new Problem(503, "sign-in", $"no token can be checked: the realm does not tell its keys at {_address}: {_fault}");
            return _keys.TryGetValue(name, out var key) ? key : (RSAParameters?)null;
        }

        private bool IsKnown(string name) => _now() - _told < Fresh && _keys.ContainsKey(name);

        private async Task Renew(string name)
        {
            await _asking.WaitAsync();
            try
            {
                // Another request may have asked while this one waited.
                if (!IsKnown(name) && _now() - _asked >= Pause) await Ask();
            }
            finally
            {
                _asking.Release();
            }
        }

        private async Task Ask()
        {
            try
            {
                _keys = Read(await _http.GetStringAsync(_address));
                _told = _now();
                _fault = null;
            }
            catch (Exception error) when (error is HttpRequestException || error is OperationCanceledException || error is FormatException
                || error is ArgumentException || error is JsonException || error is InvalidOperationException || error is KeyNotFoundException)
            {
                _fault = error.Message;
            }
            finally
            {
                _asked = _now();
            }
        }

        private static IReadOnlyDictionary<string, RSAParameters> Read(string text)
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement.GetProperty("keys").EnumerateArray()
                .Where(key => Token.Text(key, "kty") == "RSA" && Token.Text(key, "use") == "sig")
                .ToDictionary(key => Token.Text(key, "kid"), key => new RSAParameters
                {
                    Modulus = Token.Bytes(Token.Text(key, "n")),
                    Exponent = Token.Bytes(Token.Text(key, "e")),
                });
        }
    }
}
