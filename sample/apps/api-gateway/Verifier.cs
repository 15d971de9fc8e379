using System;
using System.Linq;
using System.Text.Json;
using System.Threading.Tasks;
using Ois.Hosting;

namespace Ois.ApiGateway
{
    /// <summary>Whether a token is the realm's own, meant for this gateway, and of now; the one place where that is decided.</summary>
    internal sealed class Verifier
    {
        private const string Audience = "api-gateway";

        // How far the clocks of two hosts may be apart.
        private static readonly TimeSpan Skew = TimeSpan.FromSeconds(30);

        private readonly string _issuer;
        private readonly KeySet _keys;

        public Verifier(string issuer, KeySet keys)
        {
            _issuer = issuer;
            _keys = keys;
        }

        /// <summary>Returns when the token is good; a problem says what is wrong with it, or why that cannot be told.</summary>
        public async Task Verify(string text)
        {
            var token = Token.Parse(text) ?? throw Bad("it is no token");
            // One algorithm, named here and never taken from the token: no "none", and no secret made of a public key.
            if (token.Algorithm != "RS256") throw Bad($"its algorithm is \"{token.Algorithm}\", and has to be RS256");
            var key = await _keys.Find(token.Key) ?? throw Bad($"the realm has no key \"{token.Key}\" that signs");
            if (!token.IsSignedBy(key)) throw Bad("its signature does not fit");
            CheckClaims(token.Claims, DateTimeOffset.UtcNow);
        }

        private void CheckClaims(JsonElement claims, DateTimeOffset now)
        {
            var issuer = Token.Text(claims, "iss");
            if (issuer != _issuer) throw Bad($"it is of \"{issuer}\", and has to be of {_issuer}");
            if (!IsFor(claims, Audience)) throw Bad($"it is not meant for {Audience}");
            var expires = Moment(claims, "exp") ?? throw Bad("it does not say when it expires");
            if (now >= expires + Skew) throw Bad($"it expired at {expires:u}");
            foreach (var name in new[] { "nbf", "iat" })
                if (Moment(claims, name) is DateTimeOffset begins && now < begins - Skew)
                    throw Bad($"it is of {begins:u}, and here it is {now:u}: set the clocks");
        }

        private static bool IsFor(JsonElement claims, string audience)
        {
            if (!claims.TryGetProperty("aud", out var given)) return false;
            return given.ValueKind == JsonValueKind.Array
                ? given.EnumerateArray().Any(one => one.ValueKind == JsonValueKind.String && one.GetString() == audience)
                : Token.Text(claims, "aud") == audience;
        }

        /// <summary>A time in seconds since 1970 (RFC 7519, 2); null when the claim is not there.</summary>
        private static DateTimeOffset? Moment(JsonElement claims, string name)
        {
            if (!claims.TryGetProperty(name, out var given)) return null;
            if (given.ValueKind != JsonValueKind.Number || !given.TryGetInt64(out var seconds) || seconds < 0 || seconds > uint.MaxValue)
                throw Bad($"its \"{name}\" is not a time");
            return DateTimeOffset.FromUnixTimeSeconds(seconds);
        }

        private static Problem Bad(string reason) => new Problem(401, "token", $"the token is not accepted: {reason}");
    }
}
