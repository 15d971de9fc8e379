using System.Security.Cryptography;
using System.Text;

namespace Ois.ApiGateway.Tests
{
    /// <summary>A pair of keys under a name.</summary>
    internal sealed class Signer
    {
        private readonly RSA _rsa = RSA.Create(2048);

        public Signer(string name) => Name = name;

        public string Name { get; }

        public byte[] Sign(string text) => _rsa.SignData(Encoding.ASCII.GetBytes(text), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);

        /// <summary>The public half as a realm tells it (RFC 7517).</summary>
        public object Public(string use, string name)
        {
            var half = _rsa.ExportParameters(false);
            return new { kid = name, kty = "RSA", use, n = Realm.Text(half.Modulus!), e = Realm.Text(half.Exponent!) };
        }

        /// <summary>A signature by a secret that everybody knows: the public half.</summary>
        public byte[] Confuse(string text)
        {
            using var hmac = new HMACSHA256(_rsa.ExportParameters(false).Modulus!);
            return hmac.ComputeHash(Encoding.ASCII.GetBytes(text));
        }
    }
}
