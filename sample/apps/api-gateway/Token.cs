using System;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Ois.ApiGateway
{
    /// <summary>A JSON Web Token in its compact form (RFC 7515); nothing in it is true before its signature is checked.</summary>
    internal sealed class Token
    {
        private readonly byte[] _signed;
        private readonly byte[] _signature;

        private Token(string algorithm, string key, JsonElement claims, byte[] signed, byte[] signature)
        {
            Algorithm = algorithm;
            Key = key;
            Claims = claims;
            _signed = signed;
            _signature = signature;
        }

        public string Algorithm { get; }

        /// <summary>The name of the key that it says to be signed by.</summary>
        public string Key { get; }

        public JsonElement Claims { get; }

        /// <summary>The token of the text, or null when it is none.</summary>
        public static Token? Parse(string text)
        {
            try
            {
                var parts = text.Split('.');
                if (parts.Length != 3) return null;
                var (header, claims) = (Read(parts[0]), Read(parts[1]));
                // An extension that must be understood (RFC 7515, 4.1.11): none is.
                if (claims.ValueKind != JsonValueKind.Object || header.TryGetProperty("crit", out _)) return null;
                return new Token(Text(header, "alg"), Text(header, "kid"), claims, Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"), Bytes(parts[2]));
            }
            catch (Exception error) when (error is FormatException || error is JsonException || error is InvalidOperationException)
            {
                return null;
            }
        }

        public bool IsSignedBy(RSAParameters key)
        {
            using var rsa = RSA.Create();
            rsa.ImportParameters(key);
            return rsa.VerifyData(_signed, _signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        }

        /// <summary>The bytes of base64url without padding (RFC 7515, 2).</summary>
        internal static byte[] Bytes(string text)
        {
            if (text.Any(letter => !IsLetter(letter))) throw new FormatException("not base64url");
            var padding = new string('=', (4 - text.Length % 4) % 4);
            return Convert.FromBase64String(text.Replace('-', '+').Replace('_', '/') + padding);
        }

        internal static string Text(JsonElement of, string name) =>
            of.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

        private static bool IsLetter(char letter) =>
            letter >= 'a' && letter <= 'z' || letter >= 'A' && letter <= 'Z' || letter >= '0' && letter <= '9' || letter == '-' || letter == '_';

        private static JsonElement Read(string part)
        {
            using var document = JsonDocument.Parse(Bytes(part));
            return document.RootElement.Clone();
        }
    }
}
